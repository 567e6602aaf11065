"""A bearer token as it stands in a file or a setting.

The guide's older generations told users to base64-encode the service account's token, the newer
ones to give it as it is; both are in use, so both are read (domain, section 1, ``auth-token``).
"""

from __future__ import annotations

import base64
import binascii
import json
import re

_JWT = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


def decode_token(text: str) -> str:
    """The token to send, from a token file's text or a token setting.

    Blanks around it are dropped; a base64-encoded JSON Web Token is decoded; anything else is
    already the token. Source: domain, section 1 (auth-token-path / auth-token).

    Args:
        text: The token as written; line breaks inside base64 are allowed.
    """
    token = text.strip()
    decoded = _decode("".join(token.split()))
    return decoded if decoded is not None and _is_web_token(decoded) else token


def _is_web_token(text: str) -> bool:
    match = _JWT.fullmatch(text)
    header = _decode(match[1]) if match else None
    if header is None:
        return False
    try:
        return isinstance(json.loads(header), dict)
    except (ValueError, RecursionError):
        return False


def _decode(text: str) -> str | None:
    """Base64 of either alphabet, padded or not; None when it is not, or holds no ASCII text."""
    standard = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode("ascii").strip()
    except (binascii.Error, ValueError):
        return None
