"""How large what a function gives would be, so that it is refused before it is made.

Most functions give what is about as large as what they are given, which is counted anyway. Here are the
others, and those that take their time whatever they are given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from launcher_k8s.templates.jinja.callee import CallError
from launcher_k8s.templates.jinja.meter import Meter

MOST: Final = 100_000
"""The largest width, indentation or number of groups that a filter of Jinja2 takes."""
_MOST_DIGITS: Final = 30
"""The most places that ``round`` takes."""
_DEAR: Final = 40_000
"""What a function that takes a while counts for, in elements."""
_WIDTH: Final = re.compile(r"\d+")
_DIRECTIVE: Final = re.compile(r"%[^A-Za-z%]*")
_SIZED: Final = frozenset({"center", "indent", "wordwrap", "truncate", "batch", "slice"})


def check_function(name: str, args: list[Any], meter: Meter) -> None:
    """See that a Go function may be called.

    Args:
        name: The function.
        args: What it is given, of the right types.
        meter: What the render has left.

    Raises:
        LimitError: What it would give is too large.
    """
    if name in _SLOW:
        meter.slowly(sum(len(arg) for arg in args if isinstance(arg, str)))
    if name in _COSTLY:
        meter.elements(_DEAR)
    elif name in _CHARACTERS:
        meter.characters(max(0, _CHARACTERS[name](*args)))
    elif name in _ELEMENTS:
        meter.elements(max(0, _ELEMENTS[name](*args)))


def check_filter(name: str, args: list[Any], kwargs: Mapping[str, Any], meter: Meter) -> None:
    """See that a filter of Jinja2's may be called.

    Args:
        name: The filter.
        args: What is filtered, and what else it is given.
        kwargs: What it is given by name.
        meter: What the render has left.

    Raises:
        CallError: A width, or another number, is beyond reason.
        LimitError: What it would give is too large.
    """
    most = MOST if name in _SIZED else _MOST_DIGITS if name == "round" else 0
    for value in (*args[1:], *kwargs.values()):
        if most and type(value) in (int, float) and abs(value) > most:
            raise CallError(f"{name} takes numbers up to {most}, not {value}", name=name)
    if name == "indent" and args and isinstance(args[0], str):
        width = args[1] if len(args) > 1 else kwargs.get("width", 4)
        size = len(width) if isinstance(width, str) else int(width)
        meter.characters(size * (args[0].count("\n") + 1))
    elif name == "replace":
        meter.characters(replaced(*map(str, (*args, "", "")[:3])))


def check_format(text: str, args: tuple[Any, ...]) -> None:
    """See that no directive of a Python format asks for a width beyond reason.

    Raises:
        CallError: One does.
    """
    for directive in _DIRECTIVE.findall(text):
        widths = [int(digits[:9]) for digits in _WIDTH.findall(directive)]
        widths += [abs(arg) for arg in args if "*" in directive and isinstance(arg, int)]
        if max(widths, default=0) > MOST:
            raise CallError(f"format takes widths up to {MOST}", name="format")


def replaced(text: str, old: str, new: str) -> int:
    """How many characters a text has at most in which one part is replaced by another."""
    return len(text) + text.count(old) * len(new)


def _lines(count: int, text: str) -> int:
    return count * (text.count("\n") + 1)


def _printf(text: str, *args: Any) -> int:
    widths = sum(min(int(digits[:9]), MOST * 10) for digits in _WIDTH.findall(text))
    stars = text.count("*") and sum(min(abs(arg), MOST * 10) for arg in args if isinstance(arg, int))
    return widths + stars


def _steps(start: int, stop: int, step: int) -> int:
    return abs(stop - start) // max(1, abs(step))


def _sequence(*values: Any) -> int:
    numbers = [int(value) for value in values if isinstance(value, int)]
    if len(numbers) == 3:
        return _steps(numbers[0], numbers[2], numbers[1])
    return _steps(numbers[0] if len(numbers) == 2 else 0, numbers[-1], 1) if numbers else 0


def _expanded(_pattern: str, text: str, new: str) -> int:
    # Each match may be there as often as the new text asks for it.
    return len(text) * (1 + new.count("$")) + (len(text) + 1) * len(new) if len(new) > 1 else 0


_COSTLY: Final = frozenset(
    {
        "bcrypt", "htpasswd", "derivePassword", "genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert",
        "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "getHostByName", "exec",
    }
)  # fmt: skip
_SLOW: Final = frozenset(
    {
        "snakecase", "camelcase", "kebabcase", "initials", "wrap", "wrapWith", "title", "untitle", "swapcase",
        "shuffle", "fromYaml", "fromYamlArray", "fromToml", "fromJson", "fromJsonArray", "mustFromJson",
        "quote", "html", "js", "urlquery", "encryptAES", "decryptAES",
    }
)  # fmt: skip
_CHARACTERS: Final[Mapping[str, Callable[..., int]]] = {
    "repeat": lambda count, text: count * len(text),
    "indent": _lines,
    "nindent": _lines,
    "replace": lambda old, new, text: replaced(text, old, new),
    "join": lambda separator, values: len(separator) * len(values) if isinstance(values, list) else 0,
    "printf": _printf,
    "wrapWith": lambda _width, separator, text: len(separator) * len(text) if len(separator) > 1 else 0,
    "regexReplaceAll": _expanded,
    "mustRegexReplaceAll": _expanded,
    "regexReplaceAllLiteral": lambda _pattern, text, new: (len(text) + 1) * len(new),
    "mustRegexReplaceAllLiteral": lambda _pattern, text, new: (len(text) + 1) * len(new),
    **dict.fromkeys(
        ("randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes"), lambda count: 16 * count
    ),
}
_ELEMENTS: Final[Mapping[str, Callable[..., int]]] = {
    "until": abs,
    "untilStep": _steps,
    "seq": _sequence,
}
