"""From an HTTP answer or a broken connection to the error that a caller sees.

One place decides which class it is, whether the same request may succeed later, and what an
administrator should check. Rules: kubernetes facts ("The API": quota, 409, 410, 429) and design
("Errors"); exceptions of the HTTP library never leave this room, they are kept as ``__cause__``.
"""

from __future__ import annotations

import email.utils
import os
import ssl
from collections.abc import Mapping

import aiohttp
import attrs
import msgspec

from launcher_k8s.connection import Resource
from launcher_k8s.errors import (
    AlreadyExistsError,
    ClusterError,
    ClusterTimeoutError,
    ConflictError,
    ExpiredError,
    ForbiddenError,
    InvalidObjectError,
    ObjectNotFoundError,
    QuotaError,
    UnauthorizedError,
    UnavailableError,
)

_LONGEST_TEXT = 300


class StatusCause(msgspec.Struct):
    """One field that is wrong."""

    field: str = ""
    message: str = ""


class StatusDetails(msgspec.Struct, rename="camel"):
    """What a ``Status`` says about its object."""

    name: str = ""
    kind: str = ""
    retry_after_seconds: int = 0
    causes: list[StatusCause] | None = None


class Status(msgspec.Struct):
    """The body of a refusal, as the API server writes it (``kind: Status``)."""

    kind: str = ""
    message: str = ""
    reason: str = ""
    code: int = 0
    details: StatusDetails | None = None


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """What was asked: the verb in the words of RBAC, and of what."""

    verb: str
    resource: Resource

    def __str__(self) -> str:
        return f"{self.verb} {self.resource.kind}{self.place}"

    @property
    def place(self) -> str:
        """Where, as the end of a sentence."""
        name = f" {self.resource.name!r}" if self.resource.name else ""
        return f"{name} in namespace {self.resource.namespace!r}" if self.resource.namespace else name


def read_status(body: bytes) -> Status | None:
    """The ``Status`` in a body; None when the body is something else."""
    try:
        status = msgspec.json.decode(body, type=Status)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return status if status.kind == "Status" else None


def error_from_answer(attempt: Attempt, code: int, headers: Mapping[str, str], body: bytes) -> ClusterError:
    """The error for an HTTP answer that is no success.

    Args:
        attempt: What was asked.
        code: The HTTP status.
        headers: The answer's headers; ``Retry-After`` is read in both of its forms.
        body: The answer's body; a ``Status``, or whatever a proxy or a node wrote.
    """
    status = read_status(body)
    if status is None:
        status = Status(message=_plain_text(headers, body))
        hint = _hint_without_status(code, body)
    else:
        hint = ""
    return _error(attempt, code, status, retry_after_s=_retry_after_s(headers), hint=hint)


def error_from_status(attempt: Attempt, status: Status) -> ClusterError:
    """The error for a ``Status`` that came inside a stream (``ERROR`` event)."""
    return _error(attempt, status.code, status, retry_after_s=None, hint="")


def _error(
    attempt: Attempt, code: int, status: Status, *, retry_after_s: float | None, hint: str
) -> ClusterError:
    kind = _kind_of(code, status)
    details = status.details or StatusDetails()
    if retry_after_s is None and details.retry_after_seconds > 0:
        retry_after_s = float(details.retry_after_seconds)
    said = status.message or f"HTTP status {code}"
    return kind(
        f"cannot {attempt}: {said}",
        status=code,
        reason=status.reason,
        hint=hint or _hint(kind, attempt, status, details),
        transient=issubclass(kind, (UnavailableError, ConflictError)),
        retry_after_s=retry_after_s,
        causes=[(cause.field, cause.message) for cause in details.causes or () if cause.field],
    )


def _kind_of(code: int, status: Status) -> type[ClusterError]:
    if code == 403:
        return QuotaError if "exceeded quota" in status.message else ForbiddenError
    if code == 409:
        return AlreadyExistsError if status.reason == "AlreadyExists" else ConflictError
    if code in (408, 504):
        return ClusterTimeoutError
    if code == 429 or code >= 500:
        return UnavailableError
    return _KINDS.get(code, InvalidObjectError if 400 <= code < 500 else ClusterError)


_KINDS: Mapping[int, type[ClusterError]] = {
    401: UnauthorizedError,
    404: ObjectNotFoundError,
    410: ExpiredError,
}


def _hint(kind: type[ClusterError], attempt: Attempt, status: Status, details: StatusDetails) -> str:
    namespace = attempt.resource.namespace
    if kind is UnauthorizedError:
        return "the API server does not know the token: check auth-token or auth-token-path, and its expiry"
    if kind is QuotaError:
        return "the namespace's quota is used up: remove ended jobs, or have the quota raised"
    if kind is ForbiddenError:
        return _hint_for_forbidden(attempt, status)
    if kind is ObjectNotFoundError and details.kind == "namespaces":
        return f"create namespace {namespace!r}, or correct kubernetes-namespace"
    return ""


_SESSIONS = ("exec", "attach")  # a websocket is a GET, and from Kubernetes 1.35 on asks for `create` too


def _hint_for_forbidden(attempt: Attempt, status: Status) -> str:
    namespace = attempt.resource.namespace
    if "being terminated" in status.message:
        return f"namespace {namespace!r} is being deleted: correct kubernetes-namespace, or create it anew"
    if "cannot" not in status.message:
        return "an admission rule of the cluster refused it, not the account's permissions"
    verbs = "'get' and 'create'" if attempt.resource.subresource in _SESSIONS else f"{attempt.verb!r}"
    grant = f"grant {verbs} on {attempt.resource.kind!r} to the token's account"
    if not namespace:
        return f"{grant} by a ClusterRole and its binding"
    return f"{grant} by a Role and RoleBinding in namespace {namespace!r}, and check kubernetes-namespace"


# What Go's server (the API server's own) and nginx answer on a port for TLS.
_TLS_WANTED = (b"HTTP request to an HTTPS server", b"plain HTTP request was sent to HTTPS port")


def _hint_without_status(code: int, body: bytes) -> str:
    if any(said in body for said in _TLS_WANTED):
        return "write https in api-url"
    if code == 404 or 300 <= code < 400:
        return "this does not look like a Kubernetes API server: api-url goes up to, not including, /api"
    if code in (502, 503, 504):
        return "a proxy or load balancer answered for the API server"
    return ""


def _plain_text(headers: Mapping[str, str], body: bytes) -> str:
    """What a proxy or a node wrote, if it is for people to read. Go's TLS server names no type."""
    if not headers.get("Content-Type", "text/plain").startswith("text/plain"):
        return ""
    text = body[: 4 * _LONGEST_TEXT].decode("utf-8", "replace").strip()
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """``Retry-After`` in seconds; a date is measured against the answer's own ``Date`` (RFC 9110, 10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        then = email.utils.parsedate_to_datetime(text)
        now = email.utils.parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return max(0.0, (then - now).total_seconds())


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
