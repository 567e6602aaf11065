"""The order of a map's keys: by their bytes, which is the order of characters for all that is UTF-8.

Source: Go 1.26, internal/fmtsort; ``range`` over a map uses the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launcher_k8s.templates.govalues.values import encode


def sorted_keys(mapping: Mapping[str, Any]) -> list[str]:
    """A map's keys as Go orders them."""
    if len(mapping) < 2:
        return list(mapping)
    keys = sorted(mapping)
    return keys if "".join(keys).isascii() else sorted(keys, key=encode)


def sort_texts(texts: list[str]) -> None:
    """Put strings in the order of their bytes, in place."""
    texts.sort(key=None if all(map(str.isascii, texts)) else encode)
