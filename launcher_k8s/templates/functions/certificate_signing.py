"""Certificates made and signed.

Source: Sprig 3.3.0, crypto.go; Go 1.26, crypto/x509/x509.go (``CreateCertificate``).
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from warnings import catch_warnings, simplefilter

import attrs

from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.functions.extra import crypto_extra
from launcher_k8s.templates.functions.private_keys import write_key
from launcher_k8s.templates.functions.random_values import below
from launcher_k8s.templates.govalues.characters import has_escapes
from launcher_k8s.templates.govalues.structs import Struct
from launcher_k8s.templates.govalues.values import GoError, int64

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_SERIAL_LIMIT: Final = 1 << 128
_EARLIEST: Final = datetime(1950, 1, 1)  # noqa: DTZ001 - as certificates have it
_DAY: Final = 24 * 3600 * 10**9  # nanoseconds, of which Go's durations are an int64
_IDENTIFIER: Final = 20  # bytes of a key's SHA-256 that name it (RFC 7093)


@attrs.frozen
class Certificate(Struct):
    """A certificate and its private key, both in PEM."""

    go_type = "sprig.certificate"

    cert: str
    key: str

    def go_fields(self) -> tuple[tuple[str, Any], ...]:
        """Both, under Go's names."""
        return (("Cert", self.cert), ("Key", self.key))


@attrs.frozen
class CertificateRequest:
    """What a certificate is to say.

    Args:
        name: Whose it is.
        addresses: The IP addresses that it holds for.
        hosts: The host names that it holds for.
        days: For how long.
        is_authority: Whether it may sign others.
    """

    name: str
    addresses: Sequence[Any]
    hosts: Sequence[Any]
    days: int
    is_authority: bool = False


def sign_certificate(
    effects: Effects,
    request: CertificateRequest,
    key: PrivateKeyTypes,
    signer: tuple[x509.Certificate, PrivateKeyTypes] | None = None,
) -> Certificate:
    """A certificate of a key, signed by a signer or by itself.

    Args:
        effects: The clock and the randomness of its serial number.
        request: What it is to say.
        key: Its private key.
        signer: The certificate and the key that sign it; None if it signs itself.

    Raises:
        GoError: It cannot be made.
    """
    with crypto_extra():
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ed25519
        from cryptography.hazmat.primitives.serialization import Encoding
    signing = signer[1] if signer else key
    _check_signer(signer[0] if signer else None, signing)
    check_name(request.name)
    try:
        with catch_warnings():
            simplefilter("ignore", UserWarning)  # of long names, which X.520 limits and Go does not
            builder = _builder(effects, request, key, signer[0] if signer else None)
        algorithm = None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        certificate = builder.sign(signing, algorithm)  # type: ignore[arg-type]  # it raises for others
    except (ValueError, TypeError, OverflowError) as error:
        raise GoError(f"error creating certificate: {error}") from None
    return Certificate(certificate.public_bytes(Encoding.PEM).decode(), write_key(key))


def check_name(name: str) -> None:
    """Refuse a name that no certificate can hold.

    Raises:
        GoError: It is not UTF-8.
    """
    if has_escapes(name):
        raise GoError("error creating certificate: asn1: string not valid UTF-8")


def _check_signer(issuer: x509.Certificate | None, key: PrivateKeyTypes) -> None:
    from cryptography.hazmat.primitives.asymmetric import dsa

    if isinstance(key, dsa.DSAPrivateKey):
        complaint = "certificate private key does not implement crypto.Signer"
    elif issuer and issuer.public_key() != key.public_key():
        complaint = "provided PrivateKey doesn't match parent's PublicKey"
    else:
        return
    raise GoError(f"error creating certificate: x509: {complaint}")


def _builder(
    effects: Effects, request: CertificateRequest, key: PrivateKeyTypes, issuer: x509.Certificate | None
) -> x509.CertificateBuilder:
    """All that a certificate says."""
    from cryptography import x509

    now = effects.now().astimezone(UTC).replace(tzinfo=None)
    subject = _name(request.name)
    # Not by the builder's methods, which refuse an end before the beginning: Go signs that too.
    builder = x509.CertificateBuilder(
        serial_number=1 + below(effects, _SERIAL_LIMIT - 1),
        subject_name=subject,
        issuer_name=issuer.subject if issuer else subject,
        public_key=key.public_key(),  # type: ignore[arg-type]  # signing raises for keys that cannot
        not_valid_before=now,
        not_valid_after=_end(now, request.days),
    )
    for extension, critical in _extensions(request, key, issuer):
        builder = builder.add_extension(extension, critical)
    return builder


def _end(now: datetime, days: int) -> datetime:
    """When a certificate ends, in Go's arithmetic; it cannot be told here that one has before 1950."""
    return max(now + timedelta(microseconds=int64(days * _DAY) // 1000), _EARLIEST)


def _name(text: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, _validate=False)] if text else [])


def _extensions(
    request: CertificateRequest, key: PrivateKeyTypes, issuer: x509.Certificate | None
) -> list[tuple[x509.ExtensionType, bool]]:
    """A certificate's extensions in Go's order, each with whether it is critical."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    found: list[tuple[x509.ExtensionType, bool]] = [
        (_key_usage(request.is_authority), True),
        (x509.ExtendedKeyUsage(uses), False),
        (x509.BasicConstraints(ca=request.is_authority, path_length=None), True),
    ]
    if request.is_authority:
        found.append((x509.SubjectKeyIdentifier(_key_identifier(key)), False))
    identifier = _issuers_identifier(issuer) if issuer and issuer.subject != _name(request.name) else None
    if identifier:
        found.append((x509.AuthorityKeyIdentifier(identifier, None, None), False))
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in request.hosts]
    names += [x509.IPAddress(_address(text)) for text in request.addresses]
    if names:
        found.append((x509.SubjectAlternativeName(names), not request.name))
    return found


def _key_usage(is_authority: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_identifier(key: PrivateKeyTypes) -> bytes:
    """A part of the hash of the public key's own bits."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    encoding, form = Encoding.Raw, PublicFormat.Raw
    if isinstance(key, rsa.RSAPrivateKey):
        encoding, form = Encoding.DER, PublicFormat.PKCS1
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        encoding, form = Encoding.X962, PublicFormat.UncompressedPoint
    return hashlib.sha256(key.public_key().public_bytes(encoding, form)).digest()[:_IDENTIFIER]


def _issuers_identifier(issuer: x509.Certificate) -> bytes | None:
    from cryptography import x509

    try:
        return issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped
