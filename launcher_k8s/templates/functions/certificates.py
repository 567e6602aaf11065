"""Sprig's functions on X.509 certificates.

Source: Sprig 3.3.0, crypto.go; Go 1.26, crypto/x509/x509.go (``CreateCertificate``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.functions.certificate_signing import (
    Certificate,
    CertificateRequest,
    check_name,
    sign_certificate,
)
from launcher_k8s.templates.functions.encodings import unpack_base64
from launcher_k8s.templates.functions.extra import crypto_extra
from launcher_k8s.templates.functions.private_keys import find_block, make_rsa_key, read_key
from launcher_k8s.templates.gourl.addresses import parse_address
from launcher_k8s.templates.govalues.printing import format_value
from launcher_k8s.templates.govalues.quoting import quote
from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError, decode

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

REGISTRY: Final[Registry] = {}

_KEY_SIZE: Final = 2048


@function(REGISTRY, "string, string", "buildCustomCert")
def build_custom(cert: str, key: str) -> Certificate:
    """A certificate and a key that are given in base64, once both are found to be some."""
    decoded_cert = _decoded(cert, "certificate")
    decoded_key = _decoded(key, "private key")
    _read_certificate(decoded_cert, "decodedCert")
    try:
        read_key(decoded_key)
    except GoError as error:
        raise GoError(f"error parsing private key: {error}") from None
    return Certificate(decoded_cert, decoded_key)


def _decoded(text: str, what: str) -> str:
    try:
        return decode(unpack_base64(text))
    except GoError:
        raise GoError(f"unable to decode base64 {what}") from None


def _read_certificate(text: str, name: str) -> x509.Certificate:
    with crypto_extra():
        from cryptography import x509
    block = find_block(text)
    if block is None:
        raise GoError("unable to decode certificate")
    try:
        return x509.load_der_x509_certificate(block.data)
    except ValueError as error:
        raise GoError(f"error parsing certificate: {name}.Bytes: {error}") from None


def _given_key(text: str) -> PrivateKeyTypes:
    try:
        return read_key(text)
    except GoError as error:
        raise GoError(f"parsing private key: {error}") from None


@function(REGISTRY, "string, int", "genCA", needs_effects=True)
def make_authority(effects: Effects, name: str, days: int) -> Certificate:
    """An authority that signs itself, valid for so many days."""
    return sign_certificate(
        effects, CertificateRequest(name, (), (), days, is_authority=True), make_rsa_key(_KEY_SIZE)
    )


@function(REGISTRY, "string, int, string", "genCAWithKey", needs_effects=True)
def make_authority_of_key(effects: Effects, name: str, days: int, key: str) -> Certificate:
    """The same with a key that is given."""
    return sign_certificate(
        effects, CertificateRequest(name, (), (), days, is_authority=True), _given_key(key)
    )


@function(REGISTRY, "string, []any, []any, int", "genSelfSignedCert", needs_effects=True)
def make_self_signed(
    effects: Effects, name: str, addresses: list[Any], hosts: list[Any], days: int
) -> Certificate:
    """A server's and client's certificate that signs itself, for addresses and host names."""
    request = _checked(name, addresses, hosts, days)
    return sign_certificate(effects, request, make_rsa_key(_KEY_SIZE))


@function(REGISTRY, "string, []any, []any, int, string", "genSelfSignedCertWithKey", needs_effects=True)
def make_self_signed_of_key(
    effects: Effects, name: str, addresses: list[Any], hosts: list[Any], days: int, key: str
) -> Certificate:
    """The same with a key that is given."""
    own = _given_key(key)
    return sign_certificate(effects, _checked(name, addresses, hosts, days), own)


@function(REGISTRY, "string, []any, []any, int, sprig.certificate", "genSignedCert", needs_effects=True)
def make_signed(
    effects: Effects, name: str, addresses: list[Any], hosts: list[Any], days: int, authority: Certificate
) -> Certificate:
    """A certificate that an authority signs."""
    signer = _signer(authority)
    request = _checked(name, addresses, hosts, days)
    return sign_certificate(effects, request, make_rsa_key(_KEY_SIZE), signer)


@function(
    REGISTRY,
    "string, []any, []any, int, sprig.certificate, string",
    "genSignedCertWithKey",
    needs_effects=True,
)
def make_signed_of_key(
    effects: Effects,
    name: str,
    addresses: list[Any],
    hosts: list[Any],
    days: int,
    authority: Certificate,
    key: str,
) -> Certificate:
    """The same with a key that is given."""
    own = _given_key(key)
    signer = _signer(authority)
    return sign_certificate(effects, _checked(name, addresses, hosts, days), own, signer)


def _signer(authority: Certificate) -> tuple[x509.Certificate, PrivateKeyTypes]:
    certificate = _read_certificate(authority.cert, "decodedSignerCert")
    try:
        return certificate, read_key(authority.key)
    except GoError as error:
        raise GoError(f"error parsing private key: {error}") from None


def _checked(name: str, addresses: Sequence[Any], hosts: Sequence[Any], days: int) -> CertificateRequest:
    """A request whose addresses and host names are some."""
    for address in addresses:
        if not isinstance(address, str):
            raise GoError(f"error parsing ip: {format_value(address)} is not a string")
        if not _is_address(address):
            raise GoError(f"error parsing ip: {address}")
    for host in hosts:
        if not isinstance(host, str):
            raise GoError(f"error processing alternate dns name: {format_value(host)} is not a string")
    check_name(name)
    for host in hosts:
        if not host.isascii():
            raise GoError(
                f"error creating certificate: x509: {quote(host)} cannot be encoded as an IA5String"
            )
    return CertificateRequest(name, addresses, hosts, days)


def _is_address(text: str) -> bool:
    try:
        parse_address(text)
    except GoError:
        return False
    return "%" not in text
