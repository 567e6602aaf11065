"""Every failure a caller can meet, as one tree.

    LauncherError
    ├── ConfigurationError        files that do not validate; carries all diagnostics at once
    ├── InvalidJobError           a job that may not run as asked; carries all refusals at once
    ├── NotSupportedError         asked for something this version does not do
    ├── OverrideError             a JSON-pointer override that cannot be applied
    ├── TemplateError             an object template that cannot be used
    │   ├── TemplateSyntaxError   its text is not right
    │   └── TemplateRenderError   it failed while it was rendered
    ├── JobStateError
    │   ├── JobNotFoundError
    │   ├── JobNotRunningError
    │   ├── InvalidJobStateError
    │   └── OutputNotFoundError
    ├── OperationTimeoutError     the caller's own time limit passed
    ├── BackendClosedError        the backend is not entered, or was closed meanwhile
    └── ClusterError              the Kubernetes API refused, failed or could not be reached
        ├── UnauthorizedError     401
        ├── ForbiddenError        403
        │   └── QuotaError        403 "exceeded quota": final, names the quota
        ├── ObjectNotFoundError   404
        ├── AlreadyExistsError    409, reason AlreadyExists
        ├── ConflictError         409, any other reason (a lost race: transient)
        ├── ExpiredError          410 (a resource version or continue token is too old)
        ├── InvalidObjectError    400, 422
        ├── CommandError          a container took no connection, or could not start a command
        ├── UnavailableError      429, 5xx, no connection
        └── ClusterTimeoutError   no answer in time

Codes are the Launcher's own (plugin protocol, response -1). Exceptions of HTTP libraries and
parsers never escape: they are kept as ``__cause__``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from launcher_k8s.decisions import Refusal
    from launcher_k8s.diagnostics import Diagnostic
    from launcher_k8s.origin import Origin


class ErrorCode(IntEnum):
    """The Launcher's error codes, as a plugin sends them to it."""

    UNKNOWN = 0
    NOT_SUPPORTED = 1
    INVALID_REQUEST = 2
    JOB_NOT_FOUND = 3
    PLUGIN_RESTARTED = 4
    TIMEOUT = 5
    JOB_NOT_RUNNING = 6
    OUTPUT_NOT_FOUND = 7
    INVALID_STATE = 8
    CONTROL_FAILURE = 9
    UNSUPPORTED_VERSION = 10


class LauncherError(Exception):
    """Root of all errors of this library.

    Args:
        message: What is wrong, fit for an end user.
        hint: What to do about it; may be empty.
        transient: Whether the same call may succeed later.
        retry_after_s: Seconds the other side asked to wait, if it did.
    """

    code: ClassVar[ErrorCode] = ErrorCode.UNKNOWN

    def __init__(
        self, message: str, *, hint: str = "", transient: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.transient = transient
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is otherwise made anew from its text, which most of ours are not made of: one that a
        # worker process raises would break its pool.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(
    kind: type[LauncherError], args: tuple[object, ...], state: Mapping[str, object]
) -> LauncherError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class ConfigurationError(LauncherError):
    """Configuration files that do not validate; ``diagnostics`` holds every problem found."""

    code = ErrorCode.INVALID_REQUEST

    def __init__(self, message: str, *, diagnostics: Sequence[Diagnostic] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"  {diagnostic}" for diagnostic in self.diagnostics)])


class InvalidJobError(LauncherError):
    """A job that may not run as asked; ``refusals`` holds every reason.

    ``what``, ``value``, ``limit`` and ``origin`` are those of the first refusal.
    """

    code = ErrorCode.INVALID_REQUEST

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        first = self.refusals[0]
        super().__init__("; ".join(r.message for r in self.refusals), hint=first.hint)
        self.what = first.what
        self.value = first.value
        self.limit = first.limit
        self.origin: Origin | None = first.origin

    @classmethod
    def single(cls, what: str, message: str, *, hint: str = "") -> InvalidJobError:
        """An error with one refusal that concerns no limit."""
        from launcher_k8s.decisions import Refusal

        return cls([Refusal(what, message, hint=hint)])


class NotSupportedError(LauncherError):
    """Something this version of the library does not do."""

    code = ErrorCode.NOT_SUPPORTED


class OverrideError(LauncherError):
    """A JSON-pointer override that cannot be applied.

    Args:
        message: What is wrong.
        pointer: The pointer as written.
        origin: The profiles section and line that configured it.
        nearest: The longest prefix of the pointer (or a likely one) that exists.
        hint: What to write instead.
    """

    code = ErrorCode.INVALID_REQUEST

    def __init__(
        self, message: str, *, pointer: str, origin: Origin, nearest: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.pointer = pointer
        self.origin = origin
        self.nearest = nearest


class TemplateError(LauncherError):
    """An object template that cannot be used.

    Args:
        message: What Go's template package would say, with the template's name, line and column.
        template: The file's name.
        line: The line in it, from 1; 0 if it is not known.
        column: The byte in the line, from 0 as Go counts; -1 if it is not known.
        source: That line's text.
        cause: What is wrong, without the place.
        hint: What to do about it.
    """

    code = ErrorCode.INVALID_REQUEST

    def __init__(
        self,
        message: str,
        *,
        template: str,
        line: int = 0,
        column: int = -1,
        source: str = "",
        cause: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.template = template
        self.line = line
        self.column = column
        self.source = source
        self.cause = cause or message


class TemplateSyntaxError(TemplateError):
    """A template whose text is not right: it can render nothing."""


class TemplateRenderError(TemplateError):
    """A template that failed while it was rendered; ``partial`` is what it had written until then."""

    partial: str = ""


class JobStateError(LauncherError):
    """The job is not there, or not in a state that allows the call."""

    code = ErrorCode.INVALID_STATE


class JobNotFoundError(JobStateError):
    """No such job, or not one of this user's."""

    code = ErrorCode.JOB_NOT_FOUND

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Job {job_id!r} not found")
        self.job_id = job_id


class JobNotRunningError(JobStateError):
    """The call needs a running job."""

    code = ErrorCode.JOB_NOT_RUNNING


class InvalidJobStateError(JobStateError):
    """The operation is not valid in the job's present state."""

    code = ErrorCode.INVALID_STATE


class OutputNotFoundError(JobStateError):
    """There is no such output, and can be none: the job has no such container, say."""

    code = ErrorCode.OUTPUT_NOT_FOUND


class OperationTimeoutError(LauncherError):
    """A time limit that the caller set has passed; the job itself goes on, so ``transient`` is set."""

    code = ErrorCode.TIMEOUT

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, transient=True)


class BackendClosedError(LauncherError):
    """The backend is not entered, or was closed while the call or stream was under way.

    Args:
        message: What keeps it from being used.
        hint: What to do about it.
    """

    def __init__(
        self,
        message: str = "the backend is closed",
        *,
        hint: str = "use it inside the block of its `with` or `async with`",
    ) -> None:
        super().__init__(message, hint=hint)


class ClusterError(LauncherError):
    """The Kubernetes API refused, failed or could not be reached.

    Args:
        message: What the API server (or the connection) said.
        status: The HTTP status, 0 without an answer.
        reason: The ``reason`` of the Status body, may be empty.
        hint: What to do about it.
        transient: Whether the same request may succeed later.
        retry_after_s: Seconds from ``Retry-After`` or ``details.retryAfterSeconds``.
        causes: The fields of an object that are wrong, each with what the API server says of it.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        reason: str = "",
        hint: str = "",
        transient: bool = False,
        retry_after_s: float | None = None,
        causes: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message, hint=hint, transient=transient, retry_after_s=retry_after_s)
        self.status = status
        self.reason = reason
        self.causes = tuple(causes)


class UnauthorizedError(ClusterError):
    """401: the API server does not know the token."""


class ForbiddenError(ClusterError):
    """403: the account lacks a permission, or an admission plugin refused."""


class QuotaError(ForbiddenError):
    """403 "exceeded quota": the namespace's quota is used up."""


class ObjectNotFoundError(ClusterError):
    """404: no such object (or no such namespace, for a create)."""


class AlreadyExistsError(ClusterError):
    """409 with reason ``AlreadyExists``: the name is taken."""


class ConflictError(ClusterError):
    """409 for any other reason: somebody else was faster; read again and retry."""


class ExpiredError(ClusterError):
    """410: the resource version or continue token is too old; list again."""


class InvalidObjectError(ClusterError):
    """400 or 422: the API server does not accept the object."""


class CommandError(ClusterError):
    """A connection with a container failed in its node: no such command in its image, or not running."""


class UnavailableError(ClusterError):
    """No connection, 429, or a failure inside the API server: try again later."""


class ClusterTimeoutError(UnavailableError):
    """No answer in time; whether the request took effect is unknown."""

    code = ErrorCode.TIMEOUT
