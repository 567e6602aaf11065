"""Private keys in PEM: made, read, and written as Go writes them.

The keys' library draws its own randomness from the system for RSA and DSA, whose making cannot be handed
bytes; for the others it is the effects'. Source: Sprig 3.3.0, crypto.go; Go 1.26, encoding/pem.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

import attrs

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.functions.extra import crypto_extra
from launcher_k8s.templates.functions.random_values import below
from launcher_k8s.templates.govalues.allowance import KEY, spend
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, encode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

REGISTRY: Final[Registry] = {}

_PEM: Final = re.compile(
    rb"^-----BEGIN ([^\n]*)-----[ \t\r]*\n(?:[^\n:]+:[^\n]*\n)*([A-Za-z0-9+/=\s]*)-----END \1-----[ \t\r]*$",
    re.MULTILINE,
).search
_SUFFIX: Final = " PRIVATE KEY"
_PUBLIC_EXPONENT: Final = 65537
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ED25519_SEED: Final = 32


@attrs.frozen
class PemBlock:
    """A block of a PEM text: what it is, and its bytes."""

    kind: str
    data: bytes


def find_block(text: str) -> PemBlock | None:
    """The first block; None if there is none."""
    match = _PEM(encode(text))
    if match is None:
        return None
    try:
        return PemBlock(match[1].decode(), base64.b64decode(b"".join(match[2].split()), validate=True))
    except (binascii.Error, UnicodeDecodeError):
        return None


def make_rsa_key(size: int) -> PrivateKeyTypes:
    """An RSA key of so many bits."""
    with crypto_extra():
        from cryptography.hazmat.primitives.asymmetric import rsa
    spend(KEY * (size // 2048) ** 2)
    return rsa.generate_private_key(_PUBLIC_EXPONENT, size)


@function(REGISTRY, "string", "genPrivateKey", needs_effects=True)
def generate(effects: Effects, kind: str) -> str:
    """A private key: ``rsa`` of 4096 bits (also for nothing), ``dsa``, ``ecdsa`` or ``ed25519``."""
    with crypto_extra():
        from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
    if kind in ("", "rsa"):
        return write_key(make_rsa_key(4096))
    if kind == "dsa":
        spend(KEY * 4)
        return write_key(dsa.generate_private_key(2048))
    if kind == "ecdsa":
        secret = 1 + below(effects, _P256_ORDER - 1)
        return write_key(ec.derive_private_key(secret, ec.SECP256R1()))
    if kind == "ed25519":
        return write_key(ed25519.Ed25519PrivateKey.from_private_bytes(effects.random_bytes(_ED25519_SEED)))
    return f"Unknown type {kind}"


def write_key(key: PrivateKeyTypes) -> str:
    """A key in PEM, in its own old format if it has one, else in PKCS #8."""
    with crypto_extra():
        from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    old = isinstance(key, (rsa.RSAPrivateKey, dsa.DSAPrivateKey, ec.EllipticCurvePrivateKey))
    form = PrivateFormat.TraditionalOpenSSL if old else PrivateFormat.PKCS8
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def read_key(text: str) -> PrivateKeyTypes:
    """A key out of PEM.

    Raises:
        GoError: There is none that can be read; the message ends with the library's own reason.
    """
    with crypto_extra():
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_der_private_key
    block = find_block(text)
    if block is None:
        raise GoError("no PEM data in input")
    reading = _reading(block.kind)
    try:
        return load_der_private_key(block.data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise GoError(f"{reading}: {error}") from None


def _reading(kind: str) -> str:
    """What is being done with a block of a kind, for the error if it fails."""
    if kind == "PRIVATE KEY":
        return "decoding PEM as PKCS#8"
    if not kind.endswith(_SUFFIX):
        raise GoError(f"no private key data in PEM block of type {kind}")
    name = kind.removesuffix(_SUFFIX)
    if name not in ("RSA", "EC", "DSA"):
        raise GoError(f"invalid private key type {kind}")
    return f"parsing {name} private key from PEM"
