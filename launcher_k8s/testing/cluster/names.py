"""What names, labels and annotations may look like, and how the server makes a name.

Patterns and texts: ``k8s.io/apimachinery/pkg/util/validation/validation.go`` and
``.../api/validate/content``; generated names: ``k8s.io/apiserver/pkg/storage/names/generate.go``. Each check
gives the server's texts, none if all is well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_LABEL: Final = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN: Final = rf"{_LABEL}(\.{_LABEL})*"
_DNS1035: Final = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED: Final = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE: Final = f"({_QUALIFIED})?"
_is_label: Final = re.compile(_LABEL).fullmatch
_is_subdomain: Final = re.compile(_SUBDOMAIN).fullmatch
_is_dns1035: Final = re.compile(_DNS1035).fullmatch
_is_qualified: Final = re.compile(_QUALIFIED).fullmatch
_is_label_value: Final = re.compile(_LABEL_VALUE).fullmatch

_LABEL_TEXT: Final = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
_SUBDOMAIN_TEXT: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
_DNS1035_TEXT: Final = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end with an alphanumeric character"
)
_QUALIFIED_TEXT: Final = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character"
)
_LABEL_VALUE_TEXT: Final = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character"
)

Check = Callable[[str], list[str]]

_GENERATED_LETTERS: Final = "bcdfghjklmnpqrstvwxz2456789"  # k8s.io/apimachinery/pkg/util/rand
_GENERATED_LENGTH: Final = 5
_LETTER_OF_BYTE: Final = bytes(ord(_GENERATED_LETTERS[byte % len(_GENERATED_LETTERS)]) for byte in range(256))
_LONGEST_GENERATED_BASE: Final = 63 - _GENERATED_LENGTH


def label_problems(value: str) -> list[str]:
    """What keeps a text from being an RFC 1123 label (namespaces, containers)."""
    found = _longer_than(63, value)
    if not _is_label(value):
        dotted = _is_subdomain(value)
        found.append(
            "must not contain dots" if dotted else _pattern(_LABEL_TEXT, _LABEL, "my-name", "123-abc")
        )
    return found


def subdomain_problems(value: str) -> list[str]:
    """What keeps a text from being an RFC 1123 subdomain (most names)."""
    found = _longer_than(253, value)
    if not _is_subdomain(value):
        found.append(_pattern(_SUBDOMAIN_TEXT, _SUBDOMAIN, "example.com"))
    return found


def dns1035_problems(value: str) -> list[str]:
    """What keeps a text from being an RFC 1035 label (older services)."""
    found = _longer_than(63, value)
    if not _is_dns1035(value):
        found.append(_pattern(_DNS1035_TEXT, _DNS1035, "my-name", "abc-123"))
    return found


def path_segment_problems(value: str) -> list[str]:
    """What keeps a text from being one part of a path (RBAC names)."""
    if value in (".", ".."):
        return [f"may not be '{value}'"]
    return [f"may not contain '{each}'" for each in ("/", "%") if each in value]


def qualified_name_problems(value: str) -> list[str]:
    """What keeps a text from being a label's or an annotation's key."""
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        examples = _pattern(_QUALIFIED_TEXT, _QUALIFIED, "MyName", "my.name", "123-abc")
        prefixed = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"a valid label key {examples} {prefixed}"]
    found = []
    if slash:
        found += _prefixed("prefix part", subdomain_problems(prefix) if prefix else ["must be non-empty"])
    return found + _prefixed("name part", _name_part_problems(name))


def label_value_problems(value: str) -> list[str]:
    """What keeps a text from being a label's value."""
    found = _longer_than(63, value)
    if not _is_label_value(value):
        found.append(_pattern(_LABEL_VALUE_TEXT, _LABEL_VALUE, "MyValue", "my_value", "12345"))
    return found


def generated_name(base: str, draw: Callable[[int], bytes]) -> str:
    """A name from ``generateName``: the base, cut so that a label's length suffices, and five letters.

    Args:
        base: The ``generateName``.
        draw: Gives so many random bytes.
    """
    letters = draw(_GENERATED_LENGTH).translate(_LETTER_OF_BYTE)
    return base[:_LONGEST_GENERATED_BASE] + letters.decode()


def _name_part_problems(name: str) -> list[str]:
    found = [] if name else ["must be non-empty"]
    found += _longer_than(63, name)
    if not _is_qualified(name):
        found.append(_pattern(_QUALIFIED_TEXT, _QUALIFIED, "MyName", "my.name", "123-abc"))
    return found


def _prefixed(part: str, problems: list[str]) -> list[str]:
    return [f"{part} {problem}" for problem in problems]


def _longer_than(limit: int, value: str) -> list[str]:
    return [f"must be no more than {limit} bytes"] if len(value.encode()) > limit else []


def _pattern(text: str, pattern: str, *examples: str) -> str:
    listed = " or ".join(f"'{example}', " for example in examples)  # both blanks are the server's
    return f"{text} (e.g. {listed}regex used for validation is '{pattern}')"
