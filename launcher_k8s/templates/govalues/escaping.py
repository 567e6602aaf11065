r"""Text made safe for HTML, JavaScript and the query of a URL, as Go's own template functions do.

Source: Go 1.26, text/template/funcs.go (``HTMLEscape``, ``JSEscape``) and net/url (``QueryEscape``).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote_plus

from launcher_k8s.templates.govalues.characters import is_print
from launcher_k8s.templates.govalues.values import encode

_HTML: Final = str.maketrans(
    {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
_SCRIPT: Final = str.maketrans(
    {code: f"\\u{code:04X}" for code in range(0x20)}
    | {ord(character): f"\\u{ord(character):04X}" for character in "<>&="}
    | {ord(character): "\\" + character for character in "\\'\""}
)


def escape_html(text: str) -> str:
    """``html``: quotes, angle brackets and ampersands as entities."""
    return text.translate(_HTML)


def escape_script(text: str) -> str:
    """``js``: what would end a string or a script as escapes, and what is not printed."""
    escaped = text.translate(_SCRIPT)
    if escaped.isascii():
        return escaped
    return "".join([_escape_unprinted(character) for character in escaped])


def _escape_unprinted(character: str) -> str:
    code = ord(character)
    if code < 0x80 or 0xDC80 <= code <= 0xDCFF or is_print(character):
        return character
    return f"\\u{code:04X}"


def escape_query(text: str) -> str:
    """``urlquery``: all but letters, digits and ``-_.~`` in percent signs, a blank as ``+``."""
    return quote_plus(encode(text))
