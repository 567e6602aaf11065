"""From an HTTP answer to the error that a caller sees.

One place decides which class it is, whether the same request may succeed later, and what an
administrator should check. Rules: kubernetes facts ("The API": quota, 409, 410, 429) and design
("Errors"). What becomes of a broken connection is a matter of :mod:`launcher_k8s.kube.broken`.
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping

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


def unplaced_error(attempt: Attempt) -> InvalidObjectError:
    """The error of a log that no node has yet.

    For a pod without a node the API server answers 204 (``LocationStreamer``), where for one that has not
    started its node answers 400; the words are those of its refusal to execute a command there.
    """
    pod = attempt.resource.name
    return InvalidObjectError(f"cannot {attempt}: pod {pod} does not have a host assigned", status=204)


def closed_error(attempt: Attempt) -> UnavailableError:
    """The error of a request on a cluster that is not open."""
    return UnavailableError(
        f"cannot {attempt}: the connection to the cluster is not open", hint="use it inside `async with`"
    )
