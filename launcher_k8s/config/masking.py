"""What of a line or a value may be shown: no token, and no password within a URL."""

from __future__ import annotations

import re

_SECRET_INSIDE = re.compile(r"(token[ \t]*=).*", re.IGNORECASE | re.DOTALL)
_PASSWORD_IN_URL = re.compile(r"//[^/@\s]*@")


def masked(text: str) -> str:
    """A text without what follows ``token=`` anywhere in it, and without what stands before a URL's ``@``."""
    return _PASSWORD_IN_URL.sub("//***@", _SECRET_INSIDE.sub(r"\1***", text))
