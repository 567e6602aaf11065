"""Sprig's functions on strings, but for those on case, layout and encodings.

Strings are bytes in Go: where a function cuts by bytes, or looks for bytes that are no characters, so do
these. Source: Sprig 3.3.0, strings.go and functions.go; Go 1.26, package strings.
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import Any, Final

from launcher_k8s.templates.govalues import quoting
from launcher_k8s.templates.govalues.allowance import (
    NODE,
    counted,
    fits,
    look_at,
    spend,
)
from launcher_k8s.templates.govalues.allowance import join as join_texts
from launcher_k8s.templates.govalues.characters import (
    REPLACEMENT,
    SPACE,
    as_bytes,
    from_bytes,
    has_escapes,
    normal,
)
from launcher_k8s.templates.govalues.keys import sort_texts
from launcher_k8s.templates.govalues.printing import format_value, string_value
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, StringList, StringMap, Uint8

REGISTRY: Final[Registry] = {}

_LONG: Final = 1 << 16
_EVERY_ESCAPE: Final = "".join(map(chr, range(0xDC80, 0xDD00)))

function(REGISTRY, "any", "toString")(string_value)


@function(REGISTRY, "", "hello")
def hello() -> str:
    """A greeting."""
    return "Hello!"


@function(REGISTRY, "string", "trim")
def trim(text: str) -> str:
    """Without the space around it."""
    look_at(text)
    return text.strip(SPACE)


@function(REGISTRY, "string, string", "trimAll", "trimall")
def trim_all(characters: str, text: str) -> str:
    """Without these characters around it."""
    if REPLACEMENT in characters or has_escapes(characters):
        characters += REPLACEMENT + _EVERY_ESCAPE
    return text.strip(characters)


@function(REGISTRY, "string, string", "trimSuffix")
def trim_suffix(suffix: str, text: str) -> str:
    """Without this end."""
    if not suffix.isascii() and has_escapes(suffix):
        return from_bytes(as_bytes(text).removesuffix(as_bytes(suffix)))
    return text.removesuffix(suffix)


@function(REGISTRY, "string, string", "trimPrefix")
def trim_prefix(prefix: str, text: str) -> str:
    """Without this beginning."""
    if not prefix.isascii() and has_escapes(prefix):
        return from_bytes(as_bytes(text).removeprefix(as_bytes(prefix)))
    return text.removeprefix(prefix)


@function(REGISTRY, "string, string", "contains")
def contains(part: str, text: str) -> bool:
    """Whether the text holds the part."""
    if not part.isascii() and has_escapes(part):
        return as_bytes(part) in as_bytes(text)
    return part in text


@function(REGISTRY, "string, string", "hasPrefix")
def has_prefix(prefix: str, text: str) -> bool:
    """Whether the text begins so."""
    if not prefix.isascii() and has_escapes(prefix):
        return as_bytes(text).startswith(as_bytes(prefix))
    return text.startswith(prefix)


@function(REGISTRY, "string, string", "hasSuffix")
def has_suffix(suffix: str, text: str) -> bool:
    """Whether the text ends so."""
    if not suffix.isascii() and has_escapes(suffix):
        return as_bytes(text).endswith(as_bytes(suffix))
    return text.endswith(suffix)


@function(REGISTRY, "string, string, string", "replace")
def replace(old: str, new: str, text: str) -> str:
    """All of one part by another; an empty part is between all characters."""
    look_at(text)
    if len(text) * len(new) > _LONG:
        fits(len(text) + text.count(old) * (len(new) - len(old)))
    if has_escapes(old):
        return from_bytes(as_bytes(text).replace(as_bytes(old), as_bytes(new)))
    return normal(text.replace(old, new))


@function(REGISTRY, "int, string", "repeat")
def repeat(count: int, text: str) -> str:
    """The text as often as that."""
    if count < 0:
        raise GoError("strings: negative Repeat count")
    fits(len(text) * count)
    return normal(text * count)


@function(REGISTRY, "int, int, string", "substr")
def substring(start: int, end: int, text: str) -> str:
    """The bytes from one place to another; to the end if that is negative or too large."""
    data = as_bytes(text)
    size = len(data)
    if start < 0:
        if end < 0:
            raise GoError(f"runtime error: slice bounds out of range [:{end}]")
        if end > size:
            raise GoError(f"runtime error: slice bounds out of range [:{end}] with length {size}")
        return from_bytes(data[:end])
    end = size if end < 0 or end > size else end
    if start > end:
        raise GoError(f"runtime error: slice bounds out of range [{start}:{end}]")
    return from_bytes(data[start:end])


@function(REGISTRY, "int, string", "trunc")
def truncate(count: int, text: str) -> str:
    """The first bytes, or with a negative count the last."""
    data = as_bytes(text)
    if count >= 0:
        return from_bytes(data[:count])
    return from_bytes(data[count:]) if len(data) + count > 0 else text


def _quote_one(value: Any) -> str:
    if type(value) is str and value.isascii() and value.isprintable():
        return encode_basestring(value)
    return quote(value)


@function(REGISTRY, "...any", "quote", alone=_quote_one)
def quote(*values: Any) -> str:
    """Values in double quotes, with blanks between; without nil."""
    if len(values) == 1 and type(values[0]) is str:
        return quoting.quote(values[0])
    parts = (quoting.quote(string_value(value)) for value in values if value is not None)
    return join_texts(" ", counted(parts, len(values)))


@function(REGISTRY, "...any", "squote")
def quote_single(*values: Any) -> str:
    """Values in single quotes that escape nothing, with blanks between; without nil."""
    return join_texts(" ", [f"'{format_value(value)}'" for value in values if value is not None])


@function(REGISTRY, "...any", "cat")
def concatenate(*values: Any) -> str:
    """Values with blanks between; without nil."""
    return normal(join_texts(" ", [format_value(value) for value in values if value is not None]))


@function(REGISTRY, "string, string, int", "plural")
def plural(one: str, many: str, count: int) -> str:
    """The first text for one, else the second."""
    return one if count == 1 else many


@function(REGISTRY, "any", "toStrings")
def to_strings(value: Any) -> StringList:
    """The elements as text, without nil; what is no list is its only element."""
    if isinstance(value, StringList):
        return value
    if isinstance(value, list):
        return StringList([string_value(item) for item in value if item is not None])
    if isinstance(value, bytes):
        return StringList([format_value(Uint8(byte)) for byte in value])
    return StringList() if value is None else StringList([string_value(value)])


@function(REGISTRY, "string, any", "join")
def join(separator: str, value: Any) -> str:
    """The elements of a list with a text between; what is no list is its only element."""
    if isinstance(value, list):
        try:
            return normal(join_texts(separator, value))
        except TypeError:  # not all are text
            pass
    return normal(join_texts(separator, to_strings(value)))


@function(REGISTRY, "any", "sortAlpha")
def sort_alphabetically(value: Any) -> StringList:
    """The elements as text, in the order of their bytes; a list of strings is put in order itself."""
    if value is None:
        return StringList(["<nil>"])
    if not isinstance(value, (list, bytes)):
        return StringList([string_value(value)])
    texts = to_strings(value)
    sort_texts(texts)
    return texts


@function(REGISTRY, "string, string", "splitList")
def split_list(separator: str, text: str) -> StringList:
    """The parts between separators; without one, the characters."""
    if len(text) > _LONG:
        spend(NODE * (text.count(separator) + 1))
    if not separator:
        return StringList(text)
    if has_escapes(separator):
        return StringList(map(from_bytes, as_bytes(text).split(as_bytes(separator))))
    return StringList(text.split(separator))


@function(REGISTRY, "string, string", "split")
def split(separator: str, text: str) -> StringMap:
    """The parts between separators, named ``_0``, ``_1``, ..."""
    return _numbered(split_list(separator, text))


@function(REGISTRY, "string, int, string", "splitn")
def split_at_most(separator: str, count: int, text: str) -> StringMap:
    """At most so many parts, the last with all that is left; all of them if the count is negative."""
    if count == 0:
        return StringMap()
    if count < 0:
        return split(separator, text)
    if not separator:
        return _numbered([*text[: count - 1], text[count - 1 :]] if count <= len(text) else list(text))
    if has_escapes(separator):
        return _numbered(list(map(from_bytes, as_bytes(text).split(as_bytes(separator), count - 1))))
    return _numbered(text.split(separator, count - 1))


def _numbered(parts: list[str]) -> StringMap:
    return StringMap({f"_{at}": part for at, part in enumerate(parts)})
