"""From a connection that could not be made, or broke, to the error that a caller sees.

One place decides what an administrator should check, and whether waiting may help. What an API server
answers is a matter of :mod:`launcher_k8s.kube.problems`. Rule: design ("Errors"); exceptions of the HTTP
library never leave ``kube``, they are kept as ``__cause__``.
"""

from __future__ import annotations

import os
import ssl

import aiohttp
import attrs

from launcher_k8s.errors import ClusterError, ClusterTimeoutError, UnavailableError
from launcher_k8s.kube.problems import Attempt


def error_from_exception(attempt: Attempt, url: str, error: BaseException) -> ClusterError:
    """The error for a connection that could not be made, broke, or gave no answer in time.

    Args:
        attempt: What was asked.
        url: The API server's URL, to name in the message.
        error: What the HTTP library or the operating system raised; the caller keeps it as ``__cause__``.
    """
    if isinstance(error, TimeoutError):
        return _timeout(attempt, url, error)
    what = _reason(error)
    if isinstance(error, ValueError) and not isinstance(error, (aiohttp.ClientError, OSError)):
        hint = "look for stray characters in api-url and in the token"
        return ClusterError(f"cannot {attempt}: no request to {url} can be made of it: {what}", hint=hint)
    if isinstance(error, aiohttp.ClientPayloadError):
        message = f"cannot {attempt}: the answer of the API server at {url} broke off before its end"
        return UnavailableError(message, transient=True)
    diagnosis = _diagnose(error)
    hint = diagnosis.hint
    if isinstance(error, aiohttp.ServerDisconnectedError) and url.startswith("http:"):
        hint = "if the server speaks TLS there, write https in api-url"
    message = f"cannot {attempt}: no connection to the API server at {url}: {what}"
    return UnavailableError(message, hint=hint, transient=diagnosis.transient)


def _reason(error: BaseException) -> str:
    """What a library or the operating system says; of a connection that failed only the cause."""
    if type(error) is aiohttp.ClientConnectorError and error.os_error.errno:
        return os.strerror(error.os_error.errno)
    return str(error) or type(error).__name__


def _timeout(attempt: Attempt, url: str, error: TimeoutError) -> ClusterTimeoutError:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        what, hint = f"{url} does not accept connections", "check api-url, firewalls and proxies on the way"
    else:
        what, hint = f"{url} gave no answer in time", ""
    return ClusterTimeoutError(f"cannot {attempt}: {what}", hint=hint, transient=True)


@attrs.frozen
class _Diagnosis:
    """What an administrator should check when one of these is raised, and whether waiting may help."""

    kinds: tuple[type[BaseException], ...]
    hint: str
    transient: bool


# The first match counts: narrower classes stand above the wider ones that they derive from.
_DIAGNOSES = (
    _Diagnosis(
        (aiohttp.ClientConnectorCertificateError, ssl.SSLCertVerificationError),
        "the API server's certificate is not trusted: set certificate-authority to its CA, and name a host "
        "in api-url that the certificate holds; verify-ssl-certs=0 gives up the check",
        transient=False,
    ),
    _Diagnosis(
        (aiohttp.ClientSSLError, ssl.SSLError),
        "the TLS handshake failed: check that api-url says https only where the server speaks it",
        transient=False,
    ),
    _Diagnosis(
        (aiohttp.ClientConnectorDNSError,),
        "the host name in api-url cannot be resolved: check its spelling, and the DNS of this machine",
        transient=True,
    ),
    _Diagnosis(
        (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError),
        "the proxy could not be reached or refused: check HTTPS_PROXY and NO_PROXY",
        transient=True,
    ),
    _Diagnosis(
        (aiohttp.ClientConnectorError,),
        "check api-url, that the API server runs, and the network between it and this machine",
        transient=True,
    ),
    _Diagnosis(
        (aiohttp.ClientResponseError,),
        "the answer is not HTTP as expected: check that api-url says https where the server wants it",
        transient=False,
    ),
    _Diagnosis((BaseException,), "", transient=True),
)


def _diagnose(error: BaseException) -> _Diagnosis:
    return next(diagnosis for diagnosis in _DIAGNOSES if isinstance(error, diagnosis.kinds))
