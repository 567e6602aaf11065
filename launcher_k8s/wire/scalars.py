"""Single values as they stand on the wire: each read strictly, so that a wrong type is told, never bent."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from launcher_k8s.wording import kind_of, quote


def _text(data: Any, _: Any) -> str:
    if not isinstance(data, str):
        raise TypeError(f"expected a string, not {kind_of(data)}")
    return data


def _integer(data: Any, _: Any) -> int:
    if isinstance(data, bool) or not isinstance(data, int):
        raise TypeError(f"expected a whole number, not {kind_of(data)}")
    return data


def _boolean(data: Any, _: Any) -> bool:
    if not isinstance(data, bool):
        raise TypeError(f"expected true or false, not {kind_of(data)}")
    return data


def _decimal(data: Any, _: Any) -> Decimal:
    try:
        return Decimal(str(data))
    except InvalidOperation:
        raise ValueError(f"expected a number, not {data!r}") from None


def _time(data: Any, _: Any) -> datetime:
    text = _text(data, None)
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except ValueError:
        raise ValueError(f"expected a time such as 2026-01-02T03:04:05Z, not {quote(text)}") from None
    except OverflowError:
        raise ValueError(f"the time {quote(text)} is out of range in UTC") from None
    return moment


def _bytes(data: Any, _: Any) -> bytes:
    text = _text(data, None)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError(f"expected base64, not {quote(text)}") from None


SCALARS: Final[Mapping[type[Any], Callable[[Any, Any], Any]]] = {
    str: _text,
    int: _integer,
    bool: _boolean,
    Decimal: _decimal,
    datetime: _time,
    bytes: _bytes,
}
"""How each type is read, as cattrs calls it: with the data and the type."""
