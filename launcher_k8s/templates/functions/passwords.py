"""Sprig's functions on passwords: ``bcrypt``, ``htpasswd``, ``derivePassword``.

Source: Sprig 3.3.0, crypto.go; golang.org/x/crypto/bcrypt; the Master Password algorithm, version 3.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import string
from typing import Final

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.functions.extra import crypto_extra
from launcher_k8s.templates.govalues.allowance import KEY, spend
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import encode

REGISTRY: Final[Registry] = {}

_LONGEST: Final = 72
_SALT: Final = 16
_COST: Final = b"$2a$10$"
_BASE64: Final = (string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/").encode()
_BCRYPT64: Final = ("./" + string.ascii_uppercase + string.ascii_lowercase + string.digits).encode()
_FROM_BASE64: Final = bytes.maketrans(_BASE64, _BCRYPT64)

_SEED: Final = b"com.lyndir.masterpassword"
_SCRYPT_MEMORY: Final = 1 << 26
_TEMPLATES: Final = {
    "maximum": ("anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"),
    "long": (
        "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv",
        "CvccCvcvCvcvno", "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc",
        "CvcvCvcvnoCvcc", "CvcvCvcvCvccno", "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno",
        "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc",
        "CvccCvcvCvccno",
    ),
    "medium": ("CvcnoCvc", "CvcCvcno"),
    "short": ("Cvcn",),
    "basic": ("aaanaaan", "aannaaan", "aaannaaa"),
    "pin": ("nnnn",),
}  # fmt: skip
_CHARACTERS: Final = {
    "V": "AEIOU",
    "C": "BCDFGHJKLMNPQRSTVWXYZ",
    "v": "aeiou",
    "c": "bcdfghjklmnpqrstvwxyz",
    "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
    "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
    "n": "0123456789",
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
}


@function(REGISTRY, "string", "bcrypt", needs_effects=True)
def hash_password(effects: Effects, password: str) -> str:
    """A password's bcrypt hash of cost 10; what is wrong with it if it is too long."""
    with crypto_extra():
        import bcrypt
    data = encode(password)
    if len(data) > _LONGEST:
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
    spend(KEY)
    salt = base64.b64encode(effects.random_bytes(_SALT)).rstrip(b"=").translate(_FROM_BASE64)
    return bcrypt.hashpw(data, _COST + salt).decode()


@function(REGISTRY, "string, string", "htpasswd", needs_effects=True)
def htpasswd(effects: Effects, user: str, password: str) -> str:
    """A line of a web server's password file; what is wrong with the name if it cannot be in one."""
    if ":" in user:
        return f"invalid username: {user}"
    return f"{user}:{hash_password(effects, password)}"


@function(REGISTRY, "uint32, string, string, string, string", "derivePassword")
def derive_password(counter: int, kind: str, password: str, user: str, site: str) -> str:
    """A password for a site, derived from a master password; what is wrong with the kind if there is none."""
    templates = _TEMPLATES.get(kind)
    if templates is None:
        return f"cannot find password template {kind}"
    spend(KEY)
    key = hashlib.scrypt(
        encode(password), salt=_SEED + _sized(user), n=1 << 15, r=8, p=2, maxmem=_SCRYPT_MEMORY, dklen=64
    )
    message = _SEED + _sized(site) + (counter & 0xFFFFFFFF).to_bytes(4, "big")
    seed = hmac.digest(key, message, "sha256")
    template = templates[seed[0] % len(templates)]
    choices = [_CHARACTERS[element] for element in template]
    return "".join([choice[seed[at] % len(choice)] for at, choice in enumerate(choices, 1)])


def _sized(text: str) -> bytes:
    """A text's bytes after their number."""
    data = encode(text)
    return len(data).to_bytes(4, "big") + data
