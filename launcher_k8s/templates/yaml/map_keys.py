"""Keys of a YAML mapping that are not text: what text JSON makes of them, and how Go's errors show them.

Source: sigs.k8s.io/yaml 1.6.0, yaml.go (``convertToJSONableObject``); Go 1.26, fmt/print.go (``%#v``).
"""

from __future__ import annotations

import math
import struct
from typing import Any, Final

from launcher_k8s.templates.govalues.floats import format_float
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.values import GoError

LARGEST_INT: Final = (1 << 63) - 1
"""What is larger is an ``uint64`` to Go."""

_FLOAT32_DIGITS: Final = 9


class MapKey:
    """A key that is not text; keys of different types are never equal."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MapKey):
            return NotImplemented
        return type(other.value) is type(self.value) and bool(other.value == self.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def text(self, item: Any) -> str:
        """The key's text in JSON.

        Args:
            item: What the mapping has for it.

        Raises:
            GoError: It has none.
        """
        value = self.value
        if type(value) is bool:
            return "true" if value else "false"
        if type(value) is int and value <= LARGEST_INT:
            return str(value)
        if type(value) is float:
            return _short_float(value)
        kind = "%!s(<nil>)" if value is None else "uint64"
        raise GoError(
            f"unsupported map key of type: {kind}, key: {go_syntax(value)}, value: {go_syntax(item)}"
        )


def go_syntax(value: Any) -> str:
    """A decoded value as Go's ``%#v`` prints it, its keys as they are in the document."""
    return "<nil>" if value is None else _nested(value)


def _nested(value: Any) -> str:
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value <= LARGEST_INT else f"0x{value:x}"
    if isinstance(value, float):
        return format_float(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_nested, value))}}}"
    pairs = {_bare(key): item for key, item in value.items()}
    shown = [f"{_nested(key)}:{_nested(pairs[key])}" for key in sorted(pairs, key=_rank)]
    return f"map[interface {{}}]interface {{}}{{{', '.join(shown)}}}"


def _bare(key: Any) -> Any:
    return key.value if isinstance(key, MapKey) else key


def _rank(key: Any) -> tuple[str, Any]:
    """Keys of one type by their value; Go orders the types by where they happen to be in memory."""
    return ("", 0) if key is None else (type(key).__name__, key)


def _short_float(value: float) -> str:
    """A number with the digits that a ``float32`` has."""
    try:
        narrow = _narrowed(value)
    except OverflowError:
        narrow = math.copysign(math.inf, value)
    if not math.isfinite(narrow):
        return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}[format_float(narrow)]
    texts = (f"{narrow:.{digits}e}" for digits in range(_FLOAT32_DIGITS))
    return format_float(next(float(text) for text in texts if _narrowed(float(text)) == narrow))


def _narrowed(value: float) -> float:
    narrow: float = struct.unpack("f", struct.pack("f", value))[0]
    return narrow
