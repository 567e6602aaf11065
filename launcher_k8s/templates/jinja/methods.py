"""The methods of texts, maps and lists that templates may call, each done here: none is Python's own.

Those that change a value, or that make of little much, are not among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from launcher_k8s.templates.jinja.callee import Callee, CallError
from launcher_k8s.templates.jinja.growth import replaced
from launcher_k8s.templates.jinja.meter import Meter
from launcher_k8s.templates.jinja.values import plain, settled

_TEXT: Final[Mapping[str, Callable[..., Any]]] = {
    name: getattr(str, name)
    for name in (
        "capitalize", "casefold", "count", "endswith", "find", "isalnum", "isalpha", "isascii", "isdecimal",
        "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "lower", "lstrip", "partition",
        "removeprefix", "removesuffix", "replace", "rfind", "rpartition", "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strip", "swapcase", "title", "upper",
    )
}  # fmt: skip
_MAP: Final[Mapping[str, Callable[..., Any]]] = {
    "get": lambda value, key, default=None: value.get(key, default),
    "items": lambda value: [[key, item] for key, item in value.items()],
    "keys": list,
    "values": lambda value: list(value.values()),
}
_LIST: Final[Mapping[str, Callable[..., Any]]] = {"count": list.count, "index": list.index}
_BY_KIND: Final = ((str, _TEXT), (dict, _MAP), (list, _LIST))


def method(value: Any, name: str) -> Callee | None:
    """A value's method; None if it has none of that name that templates may call."""
    for kind, methods in _BY_KIND:
        if isinstance(value, kind) and name in methods:
            return Callee(name, partial(_call, name, methods[name], value))
    return None


def _call(name: str, act: Callable[..., Any], value: Any, meter: Meter, *args: Any, **kwargs: Any) -> Any:
    value = plain(value, meter)
    given = [plain(arg, meter) for arg in args]
    named = {key: plain(arg, meter) for key, arg in kwargs.items()}
    if name == "replace" and len(given) > 1 and all(isinstance(arg, str) for arg in given[:2]):
        meter.characters(replaced(value, given[0], given[1]))
    if name in {"startswith", "endswith"} and given and isinstance(given[0], list):
        given[0] = tuple(given[0])
    try:
        return settled(act(value, *given, **named), meter)
    except (TypeError, ValueError) as error:
        raise CallError(f"{name}: {error}", name=name) from None
