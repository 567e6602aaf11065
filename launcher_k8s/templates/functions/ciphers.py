"""Sprig's ``encryptAES`` and ``decryptAES``: AES-256-CBC, PKCS #7 padding, base64.

The password is the key itself, cut or filled with zeros to 32 bytes. Source: Sprig 3.3.0, crypto.go.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.functions.encodings import unpack_base64
from launcher_k8s.templates.functions.extra import crypto_extra
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, byte_length, decode, encode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher

REGISTRY: Final[Registry] = {}

_KEY: Final = 32
_BLOCK: Final = 16


def _cipher(password: str, vector: bytes) -> Cipher[Any]:
    with crypto_extra():
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    key = encode(password)[:_KEY].ljust(_KEY, b"\0")
    return Cipher(algorithms.AES(key), modes.CBC(vector))


@function(REGISTRY, "string, string", "encryptAES", needs_effects=True)
def encrypt(effects: Effects, password: str, text: str) -> str:
    """A text encrypted, in base64; nothing of nothing."""
    if not text:
        return ""
    data = encode(text)
    padding = _BLOCK - len(data) % _BLOCK
    vector = effects.random_bytes(_BLOCK)
    encryptor = _cipher(password, vector).encryptor()
    encrypted = encryptor.update(data + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(vector + encrypted).decode()


@function(REGISTRY, "string, string", "decryptAES")
def decrypt(password: str, text: str) -> str:
    """What was encrypted; any bytes at all with a wrong password."""
    if not text:
        return ""
    data = unpack_base64(text)
    capacity = byte_length(text) // 4 * 3  # of the buffer that Go decodes into
    if capacity < _BLOCK:
        raise GoError(f"runtime error: slice bounds out of range [:{_BLOCK}] with capacity {capacity}")
    if len(data) < _BLOCK:
        raise GoError(f"runtime error: slice bounds out of range [{_BLOCK}:{len(data)}]")
    vector, encrypted = data[:_BLOCK], data[_BLOCK:]
    if len(encrypted) % _BLOCK:
        raise GoError("crypto/cipher: input not full blocks")
    if not encrypted:
        raise GoError("runtime error: index out of range [-1]")
    decryptor = _cipher(password, vector).decryptor()
    return decode(_without_padding(decryptor.update(encrypted) + decryptor.finalize()))


def _without_padding(data: bytes) -> bytes:
    end = len(data) - data[-1]
    if end < 0:
        raise GoError(f"runtime error: slice bounds out of range [:{end}]")
    return data[:end]
