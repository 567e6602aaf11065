"""Every answer that says no, as the Status body the API server writes.

One function per constructor of ``k8s.io/apimachinery/pkg/api/errors/errors.go`` (and of the negotiation
errors of ``k8s.io/apiserver``); texts, reasons and details are theirs. They return a :class:`Refusal`, so
that a caller writes ``raise not_found(...)``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from launcher_k8s.testing.cluster.causes import Cause, aggregate, quoted


class Refusal(Exception):  # noqa: N818 - an answer, not a mistake of this program
    """A request that is answered with a failure.

    Args:
        status: The body: a Kubernetes ``Status`` object.
        warnings: Texts for ``Warning`` headers.
    """

    def __init__(self, status: Mapping[str, Any], *, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(status.get("message", ""))
        self.status = status
        self.warnings = warnings

    def warning(self, *warnings: str) -> Refusal:
        """The same refusal, with warnings."""
        return Refusal(self.status, warnings=self.warnings + warnings)

    @property
    def code(self) -> int:
        """The HTTP status."""
        return int(self.status["code"])

    @property
    def reason(self) -> str:
        """The machine-readable reason, may be empty."""
        return str(self.status.get("reason", ""))

    @property
    def message(self) -> str:
        """The text."""
        return str(self.status.get("message", ""))

    @property
    def retry_after_s(self) -> int | None:
        """Seconds for the ``Retry-After`` header, if it is sent one."""
        seconds: int | None = self.status.get("details", {}).get("retryAfterSeconds")
        return seconds


def refusal(
    code: int,
    reason: str,
    message: str,
    *,
    details: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Refusal:
    """A refusal of any sort; empty details are left out, as Go leaves them out."""
    status: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": dict(metadata or {}),
        "status": "Failure",
        "message": message,
    }
    if reason:
        status["reason"] = reason
    if details is not None:
        status["details"] = {key: value for key, value in details.items() if value}
    return Refusal(status | {"code": code})


def qualified(plural: str, group: str) -> str:
    """A resource as messages name it: ``pods``, ``jobs.batch``."""
    return f"{plural}.{group}" if group else plural


def not_found(plural: str, name: str, *, group: str = "") -> Refusal:
    """404: no such object."""
    return _about(
        404, "NotFound", f"{qualified(plural, group)} {quoted(name)} not found", plural, group, name
    )


def already_exists(plural: str, name: str, *, group: str = "") -> Refusal:
    """409: the name is taken."""
    message = f"{qualified(plural, group)} {quoted(name)} already exists"
    return _about(409, "AlreadyExists", message, plural, group, name)


def generate_name_conflict(plural: str, name: str, *, group: str = "") -> Refusal:
    """409: the name the server drew is taken."""
    message = (
        f"{qualified(plural, group)} {quoted(name)} already exists, "
        "the server was not able to generate a unique name for the object"
    )
    return _about(409, "AlreadyExists", message, plural, group, name, retryAfterSeconds=1)


def conflict(plural: str, name: str, problem: str, *, group: str = "", uid: str = "") -> Refusal:
    """409: the object has changed meanwhile, or a precondition does not hold."""
    message = f"Operation cannot be fulfilled on {qualified(plural, group)} {quoted(name)}: {problem}"
    return _about(409, "Conflict", message, plural, group, name, uid=uid)


def forbidden(
    plural: str, name: str, problem: str, *, group: str = "", causes: Sequence[Cause] = ()
) -> Refusal:
    """403: the user may not, or an admission plugin refused."""
    about = qualified(plural, group)
    named = f"{about} {quoted(name)}" if name else about
    message = f"{named} is forbidden: {problem}" if about else f"forbidden: {problem}"
    return _about(403, "Forbidden", message, plural, group, name, causes=_listed(causes))


def invalid(kind: str, name: str, causes: Sequence[Cause], *, group: str = "") -> Refusal:
    """422: fields that are not as they must be."""
    message = f"{qualified(kind, group)} {quoted(name)} is invalid"
    return _about(
        422,
        "Invalid",
        f"{message}: {aggregate(causes)}" if causes else message,
        kind,
        group,
        name,
        causes=_listed(causes),
    )


def bad_request(message: str) -> Refusal:
    """400: the request makes no sense."""
    return refusal(400, "BadRequest", message)


def unauthorized(message: str = "Unauthorized") -> Refusal:
    """401: nobody knows who asks."""
    return refusal(401, "Unauthorized", message)


def path_not_found() -> Refusal:
    """404 of a path that leads nowhere (an unknown resource of a known group included)."""
    return refusal(404, "NotFound", "the server could not find the requested resource", details={})


def method_not_supported(plural: str, action: str, *, group: str = "") -> Refusal:
    """405: the resource does not do this."""
    message = f"{action} is not supported on resources of kind {quoted(qualified(plural, group))}"
    return _about(405, "MethodNotAllowed", message, plural, group, "")


def method_not_allowed() -> Refusal:
    """405 of a path that has no such HTTP method."""
    return refusal(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource", details={}
    )


def not_acceptable(accepted: Iterable[str]) -> Refusal:
    """406: none of the asked-for media types is served."""
    message = f"only the following media types are accepted: {', '.join(accepted)}"
    return refusal(406, "NotAcceptable", message)


def unsupported_media_type(accepted: Iterable[str]) -> Refusal:
    """415: the body is in no known format."""
    listed = ", ".join(accepted)
    message = f"the body of the request was in an unknown format - accepted media types include: {listed}"
    return refusal(415, "UnsupportedMediaType", message)


def too_large(message: str = "limit is 3145728") -> Refusal:
    """413: the body is longer than the server reads."""
    return refusal(413, "RequestEntityTooLarge", f"Request entity too large: {message}")


def expired(message: str, *, continue_token: str = "") -> Refusal:
    """410: a version or continue token that is too old."""
    return refusal(410, "Expired", message, metadata={"continue": continue_token} if continue_token else None)


def gone(message: str) -> Refusal:
    """410 as written before ``Expired`` existed."""
    return refusal(410, "Gone", message)


def too_many_requests(message: str, *, retry_after_s: int = 1) -> Refusal:
    """429: try again later."""
    return refusal(429, "TooManyRequests", message, details={"retryAfterSeconds": retry_after_s})


def service_unavailable(message: str) -> Refusal:
    """503: the server cannot answer now."""
    return refusal(503, "ServiceUnavailable", message)


def internal(message: str) -> Refusal:
    """500: something went wrong inside the server."""
    return refusal(
        500,
        "InternalError",
        f"Internal error occurred: {message}",
        details={"causes": [{"message": message}]},
    )


def server_timeout(plural: str, operation: str, *, group: str = "", retry_after_s: int = 0) -> Refusal:
    """500: the operation could not be completed in time; try again."""
    about = qualified(plural, group)
    message = (
        f"The {operation} operation against {about} could not be completed at this time, please try again."
    )
    return _about(500, "ServerTimeout", message, plural, group, operation, retryAfterSeconds=retry_after_s)


def timeout(message: str, *, retry_after_s: int = 0, causes: Sequence[Cause] = ()) -> Refusal:
    """504: the time for the request passed."""
    details = {"causes": _listed(causes), "retryAfterSeconds": retry_after_s}
    return refusal(504, "Timeout", f"Timeout: {message}", details=details)


def too_large_version(asked: int, current: int) -> Refusal:
    """504: a version that is not reached yet."""
    return timeout(
        f"Too large resource version: {asked}, current: {current}",
        retry_after_s=1,
        causes=[Cause("", "ResourceVersionTooLarge", "Too large resource version")],
    )


def _about(code: int, reason: str, message: str, kind: str, group: str, name: str, **more: Any) -> Refusal:
    details = {"name": name, "group": group, "kind": kind} | more
    return refusal(code, reason, message, details=details)


def _listed(causes: Sequence[Cause]) -> list[dict[str, str]]:
    entries = ({"reason": each.reason, "message": each.message, "field": each.field} for each in causes)
    return [{key: value for key, value in entry.items() if value} for entry in entries]
