r"""How a Jinja2 template prints a value: as JSON on one line, which YAML reads back as that value.

Whatever is in a text, it cannot end it: quotes, newlines and control characters are escaped, and of
characters that YAML does not take in a text, or takes for a line's end, none is left. What is outside of
Unicode's first plane stays as it is, since YAML knows no pairs of surrogates.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any, Final

from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import ErrorValue
from launcher_k8s.templates.jinja.callee import CallError
from launcher_k8s.templates.jinja.words import word_for

_NOT_IN_YAML: Final = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


def json_text(value: Any) -> str:
    """A value as JSON on one line.

    Args:
        value: A plain value.

    Raises:
        CallError: JSON has nothing for it.
    """
    try:
        text = _ENCODER.encode(value)
    except ValueError:
        raise CallError("infinity, or what is no number, cannot be printed") from None
    return text if text.isascii() and "\x7f" not in text else _NOT_IN_YAML.sub(_escape, text)


def text_of(value: Any) -> str:
    """A value as a part of a text: a text as it is, none as nothing, everything else as JSON.

    Args:
        value: A plain value.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Struct | ErrorValue):
        value = _other(value)
        return value if isinstance(value, str) else json_text(value)
    return "" if value is None else json_text(value)


def shown(value: Any) -> Any:
    """A value as Jinja2's own filters take it: what is known to functions only, as it prints.

    Args:
        value: A plain value.
    """
    return text_of(value) if isinstance(value, Struct | ErrorValue) else value


def clean(text: str) -> str:
    """A text that is printed as it is, without what no file could hold."""
    return text if text.isascii() else _SURROGATE.sub(_REPLACEMENT, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _REPLACEMENT if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


def _other(value: Any) -> Any:
    """What JSON has no type for: a struct as it prints itself, or its fields; bytes as Go's JSON has them."""
    if isinstance(value, Struct):
        text = value.go_string()
        return dict(value.go_fields()) if text is None else text
    if isinstance(value, ErrorValue):
        return value.message
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise CallError(f"{word_for(value)} cannot be printed")


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=True, default=_other)
