"""Faults: what goes wrong on the way to a cluster and back, when a test says so.

Both clusters ask :meth:`Faults.meet` about every request, and do to it what the :class:`Encounter` says: wait, refuse,
apply and lose the answer, cut the stream. Which requests a fault meets is written as in a Role, ``"create jobs"``,
``"get pods/log"``, ``"watch"``, or ``""`` for all; a third word names one object. A fault meets so many requests and is
over then; it can be ended before with :meth:`Fault.end`.

Nothing here waits or sends: the clusters do, each with its own clock and connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import attrs

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.cluster.requests import Request

ALWAYS: Final = 1_000_000_000
ANY: Final = "*"


class Nodes(Protocol):
    """What runs the pods, to be made to fail them."""

    def evict(self, pod_name: str, namespace: str = "") -> None:
        """End a pod for lack of a resource, as a kubelet does."""

    def kill_for_memory(self, pod_name: str, namespace: str = "", *, container: str = "") -> None:
        """Kill a container for using more memory than its limit."""

    def lose(self, node_name: str = "") -> None:
        """Let a node fall silent, with all pods on it."""


class OpenStream(Protocol):
    """A watch or a log that somebody reads."""

    def cut(self) -> None:
        """Break it."""

    def stall(self, fault: Fault) -> None:
        """Let nothing through until a fault has ended."""


@attrs.frozen
class Target:
    """Which requests are meant; what is empty or ``*`` may be anything.

    Args:
        verb: In the words of RBAC.
        plural: The resource, with its subresource after a slash.
        name: The object.
    """

    verb: str = ANY
    plural: str = ANY
    name: str = ANY

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read ``verb resource name``, of which the last may be left out.

        Raises:
            ValueError: There are more than three words.
        """
        words = text.split()
        if len(words) > 3:
            raise ValueError(f"{text!r} says more than verb, resource and name")
        return cls(*words)

    def matches(self, verb: str, resource: Resource) -> bool:
        """Whether a request is meant."""
        plural = f"{resource.plural}/{resource.subresource}" if resource.subresource else resource.plural
        asked = (verb, plural, resource.name)
        return all(mine in (ANY, its) for mine, its in zip((self.verb, self.plural, self.name), asked, strict=True))


@attrs.define(eq=False)
class Fault:
    """One fault that was asked for.

    Args:
        target: Which requests it meets.
        times: How many it will still meet.
        refusal: They are answered so.
        delay_s: They are held up so long.
        stalls: They are held up until the fault is ended; of a stream, what comes after its opening.
        drops_request: The connection breaks before they reach the server.
        drops_answer: They are applied, and the connection breaks before the answer comes.
        cut_after: Streams break after so many bytes.

    Attributes:
        met: How many it has met.
    """

    target: Target
    times: int = 1
    refusal: Refusal | None = None
    delay_s: float = 0.0
    stalls: bool = False
    drops_request: bool = False
    drops_answer: bool = False
    cut_after: int | None = None
    met: int = attrs.field(default=0, init=False)
    _is_over: bool = attrs.field(default=False, init=False)
    _waiting: list[Callable[[], None]] = attrs.field(factory=list, init=False)

    @property
    def is_over(self) -> bool:
        """Whether it meets no further request."""
        return self._is_over or self.met >= self.times

    @property
    def holds(self) -> bool:
        """Whether the requests that it stalled are still to wait."""
        return self.stalls and not self._is_over

    def end(self) -> None:
        """Meet no further request, and let those go on that wait."""
        self._is_over = True
        waiting, self._waiting = self._waiting, []
        for wake in waiting:
            wake()

    def on_end(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` when the fault is ended; at once if it has been."""
        if self._is_over:
            wake()
        else:
            self._waiting.append(wake)


@attrs.frozen
class Encounter:
    """What one request meets, in this order: wait, stall, break off, refuse; then the answer, or its loss.

    Args:
        delay_s: Wait so long.
        stall: Wait until this fault is ended.
        refusal: Answer so, and do nothing.
        drops_request: Break the connection, and do nothing.
        drops_answer: Do what is asked, then break the connection.
        cut_after: Break the stream after so many bytes.
    """

    delay_s: float = 0.0
    stall: Fault | None = None
    refusal: Refusal | None = None
    drops_request: bool = False
    drops_answer: bool = False
    cut_after: int | None = None


_NOTHING: Final = Encounter()


class Faults:
    """The faults of one cluster.

    Args:
        api: The cluster.
        nodes: What runs its pods.
    """

    def __init__(self, api: Api, nodes: Nodes) -> None:
        self._api = api
        self._nodes = nodes
        self._faults: list[Fault] = []
        self._streams: dict[OpenStream, Request] = {}
        self._token_number = 1

    # --- for tests: on the way

    def fail(
        self, what: str = "", *, code: int = 503, times: int = 1, retry_after_s: int = 0, message: str = ""
    ) -> Fault:
        """Answer requests with an error, and do nothing.

        Args:
            what: Which requests.
            code: 429, 500, 503, or any other HTTP status.
            times: How many of them.
            retry_after_s: What the answer tells to wait, in seconds; 0: it does not say.
            message: The answer's message; the API server's own words if empty.
        """
        return self._add(
            Fault(Target.parse(what), times, refusal=_refusal(code, message, retry_after_s))
        )

    def refuse(self, what: str, refusal: Refusal, *, times: int = 1) -> Fault:
        """Answer requests with this very refusal, such as one of ``testing.cluster.refusals``."""
        return self._add(Fault(Target.parse(what), times, refusal=refusal))

    def delay(self, what: str, seconds: float, *, times: int = 1) -> Fault:
        """Hold requests up before they are done."""
        return self._add(Fault(Target.parse(what), times, delay_s=seconds))

    def stall(self, what: str = "", *, times: int = ALWAYS) -> Fault:
        """Hold requests up until the fault is ended, for ever if it never is; of streams, all that comes.

        What is held up is not done, unless the fault is ended before the client has given up.
        """
        fault = self._add(Fault(Target.parse(what), times, stalls=True))
        for stream in self._open_streams(fault.target):
            stream.stall(fault)
        return fault

    def drop_request(self, what: str = "", *, times: int = 1) -> Fault:
        """Break the connection before the request reaches the server; with ``ALWAYS`` nobody reaches it."""
        return self._add(Fault(Target.parse(what), times, drops_request=True))

    def drop_answer(self, what: str, *, times: int = 1) -> Fault:
        """Do what is asked, and break the connection before the answer."""
        return self._add(Fault(Target.parse(what), times, drops_answer=True))

    def cut(self, what: str = "watch", *, after_bytes: int, times: int = 1) -> Fault:
        """Break the next streams after so many bytes, in the middle of a line if that is where it is."""
        return self._add(Fault(Target.parse(what), times, cut_after=after_bytes))

    def cut_now(self, what: str = "") -> int:
        """Break the streams that are open; returns how many."""
        streams = self._open_streams(Target.parse(what))
        for stream in streams:
            stream.cut()
        return len(streams)

    # --- for tests: in the cluster

    def expire_versions(self, *, watches: bool = True) -> None:
        """Forget all earlier versions: they, and continue tokens, answer 410.

        Args:
            watches: Whether watches that are open are ended so too; else they go on.
        """
        self._api.expire()
        if watches:
            self._api.end_watches(refusals.expired("The resourceVersion for the provided watch is too old."))

    def end_watches(self) -> None:
        """End all watches as the server does after its time."""
        self._api.end_watches()

    def deny(self, what: str) -> Fault:
        """Take permissions away until the fault is ended: RBAC's refusal, in its words."""
        return self._add(Fault(Target.parse(what), ALWAYS, refusal=_DENIED))

    def rotate_token(self) -> str:
        """Make another token the valid one, and return it: the old one is answered 401 from now on."""
        self._token_number += 1
        return self.token

    def evict(self, pod_name: str, namespace: str = "") -> None:
        """End a pod for lack of a resource, as a kubelet does."""
        self._nodes.evict(pod_name, namespace)

    def kill_for_memory(self, pod_name: str, namespace: str = "", *, container: str = "") -> None:
        """Kill a container, the job's by default, for using more memory than its limit."""
        self._nodes.kill_for_memory(pod_name, namespace, container=container)

    def lose_node(self, name: str = "") -> None:
        """Let a node, the only one by default, fall silent with all pods on it."""
        self._nodes.lose(name)

    def end(self) -> None:
        """End every fault on the way."""
        for fault in self._faults:
            fault.end()
        self._faults.clear()

    # --- for the clusters

    @property
    def token(self) -> str:
        """The valid token."""
        return f"token-{self._token_number}"

    def meet(self, request: Request) -> Encounter:
        """What a request meets; counts it."""
        if not self._faults:
            return _NOTHING
        encounter = _NOTHING
        for fault in self._meeting(request):
            fault.met += 1
            encounter = attrs.evolve(
                encounter,
                delay_s=encounter.delay_s + fault.delay_s,
                stall=fault if fault.stalls else encounter.stall,
                refusal=_spoken(fault.refusal, request) or encounter.refusal,
                drops_request=encounter.drops_request or fault.drops_request,
                drops_answer=encounter.drops_answer or fault.drops_answer,
                cut_after=encounter.cut_after if fault.cut_after is None else fault.cut_after,
            )
        self._faults = [fault for fault in self._faults if not fault.is_over]
        return encounter

    @contextmanager
    def noting(self, request: Request, stream: OpenStream) -> Iterator[None]:
        """Know an open stream while it is, so that it can be cut and stalled."""
        self._streams[stream] = request
        try:
            yield
        finally:
            del self._streams[stream]

    @property
    def open_streams(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def _open_streams(self, target: Target) -> list[OpenStream]:
        asked = self._streams.items()
        return [stream for stream, request in asked if target.matches(request.verb, request.resource)]

    def _meeting(self, request: Request) -> Iterator[Fault]:
        """The faults a request meets: of those that refuse, only the first."""
        is_refused = False
        for fault in self._faults:
            if fault.is_over or not fault.target.matches(request.verb, request.resource):
                continue
            if fault.refusal is not None:
                if is_refused:
                    continue
                is_refused = True
            yield fault

    def _add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault


_DENIED: Final = refusals.forbidden("", "", "")
"""Stands for RBAC's refusal, which depends on the request."""


def _spoken(refusal: Refusal | None, request: Request) -> Refusal | None:
    return _denied(request) if refusal is _DENIED else refusal


def _denied(request: Request) -> Refusal:
    """What RBAC says (``k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go``)."""
    resource = request.resource
    plural = f"{resource.plural}/{resource.subresource}" if resource.subresource else resource.plural
    scope = f'in the namespace "{resource.namespace}"' if resource.namespace else "at the cluster scope"
    problem = (
        f'User "{request.user}" cannot {request.verb} resource "{plural}" in API group "{resource.group}" {scope}'
    )
    return refusals.forbidden(resource.plural, resource.name, problem, group=resource.group)


def _refusal(code: int, message: str, retry_after_s: int) -> Refusal:
    if code == 429:
        said = message or "the server has received too many requests and has asked us to try again later"
        return refusals.too_many_requests(said, retry_after_s=retry_after_s)
    reason, usual = _USUAL.get(code, ("", f"the server answered {code}"))
    details = {"retryAfterSeconds": retry_after_s} if retry_after_s else None
    return refusals.refusal(code, reason, message or usual, details=details)


_USUAL: Final = {
    401: ("Unauthorized", "Unauthorized"),
    403: ("Forbidden", "forbidden"),
    409: ("Conflict", "the object has been modified; please apply your changes to the latest version and try again"),
    410: ("Expired", "The resourceVersion for the provided list is too old."),
    500: ("InternalError", "Internal error occurred: etcdserver: request timed out"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: ("Timeout", "Timeout: request did not complete within the allotted timeout"),
}
