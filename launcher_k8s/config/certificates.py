"""The certificates that sign the API server's: PEM text, in the files base64-encoded once more.

Source: the Kubernetes plugin guide, ``certificate-authority`` (domain, section 1). Only the form is
checked here; what a certificate says is the TLS library's matter.
"""

from __future__ import annotations

import base64
import binascii
import re

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.masking import is_public

_BLOCK = re.compile(r"-----BEGIN (?:TRUSTED )?CERTIFICATE-----([^-]*)-----END (?:TRUSTED )?CERTIFICATE-----")
_DER_SEQUENCE = 0x30
_HINT = "write the output of `base64 -w0 FILE`, FILE being the PEM file"


def decode_certificates(text: str) -> str:
    """PEM text from base64 of it; blanks inside the base64 are allowed.

    Raises:
        BadValueError: Not base64, or not of PEM certificates.
    """
    if text.startswith("-----BEGIN"):
        raise BadValueError("the value is PEM text, not the base64 of it", hint=_HINT)
    if text.startswith(("/", "./", "~")) or text.endswith((".pem", ".crt", ".cer")):
        hint = f"write the output of `base64 -w0 {text}`" if is_public(text) else _HINT
        raise BadValueError("the value is the path of a file, not base64 of what is in it", hint=hint)
    try:
        pem = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadValueError("the value is not base64", hint=_HINT) from error
    try:
        return check_certificates(pem.decode("ascii"))
    except UnicodeDecodeError as error:
        raise BadValueError("the base64 holds no PEM text", hint=_HINT) from error


def check_certificates(pem: str) -> str:
    """The same PEM text, once it is seen to hold whole certificates.

    Raises:
        BadValueError: There is none, or one is damaged.
    """
    blocks = _BLOCK.findall(pem)
    if not blocks or len(blocks) != pem.count("-----BEGIN "):
        raise BadValueError("the PEM text holds something else than certificates, or nothing", hint=_HINT)
    for number, block in enumerate(blocks, start=1):
        if not _is_der(block):
            raise BadValueError(f"certificate {number} of {len(blocks)} is damaged", hint=_HINT)
    return pem


def _is_der(block: str) -> bool:
    try:
        data = base64.b64decode("".join(block.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return bool(data) and data[0] == _DER_SEQUENCE
