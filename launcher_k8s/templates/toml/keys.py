"""Keys of TOML's tables, as documents and errors write them.

Source: github.com/BurntSushi/toml 1.6.0, meta.go (``Key``) and encode.go.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str, ...]
"""A key's parts."""

ESCAPES: Final = {
    **{code: f"\\u{code:04x}" for code in (*range(0x20), 0x7F)},
    **{ord(character): "\\" + name for character, name in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)},
}
"""How characters are written within quotes."""

_BARE: Final = re.compile("[A-Za-z0-9_-]+").fullmatch


def key_text(name: str) -> str:
    """One part of a key, in quotes if it needs them."""
    return name if _BARE(name) else f'"{name.translate(ESCAPES)}"'


def dotted(path: Path) -> str:
    """A whole key."""
    return ".".join(map(key_text, path))
