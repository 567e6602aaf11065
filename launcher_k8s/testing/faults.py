"""Faults: what goes wrong on the way to a cluster and back, when a test says so.

Both clusters ask :meth:`Faults.meet` about every request, and do to it what the
:class:`~launcher_k8s.testing.fault.Encounter` says: wait, refuse, apply and lose the answer, cut the
stream. Which requests a fault meets is written as in a Role, ``"create jobs"``, ``"get pods/log"``,
``"watch"``, or ``""`` for all; a third word names one object. A fault meets so many requests and is over
then; ``end()`` ends it before.

Nothing here waits or sends: the clusters do, each with its own clock and connections.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import attrs

from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.access import Denial
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.cluster.requests import Request
from launcher_k8s.testing.fault import ALWAYS, NOTHING, Encounter, Fault, OpenStream, Target, refusal_of

WATCH_TOO_OLD: Final = "The resourceVersion for the provided watch is too old."


class Nodes(Protocol):
    """What runs the pods, to be made to fail them."""

    def evict(self, pod_name: str, namespace: str = "") -> None:
        """End a pod for lack of a resource, as a kubelet does."""

    def kill_for_memory(self, pod_name: str, namespace: str = "", *, container: str = "") -> None:
        """Kill a container for using more memory than its limit."""

    def lose(self, node_name: str = "") -> None:
        """Let a node fall silent, with all pods on it."""


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
        self._stalls: list[Fault] = []
        self._denials: list[Fault] = []
        self._token_number = 1
        self.token_is_renewed = True

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
        return self._add(Fault(Target.parse(what), times, refusal=refusal_of(code, message, retry_after_s)))

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
        self._stalls.append(fault)
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
            self._api.end_watches(refusals.expired(WATCH_TOO_OLD))

    def end_watches(self) -> None:
        """End all watches as the server does after its time."""
        self._api.end_watches()

    def deny(self, what: str) -> Fault:
        """Take permissions away until the fault is ended; access reviews say so too."""
        target = Target.parse(what)
        denial = Denial(verb=target.verb, resource=target.plural, name=target.name)
        fault = Fault(target, ALWAYS)
        self._api.access.deny(denial)
        fault.on_end(lambda: self._api.access.allow(denial))
        self._denials.append(fault)
        return fault

    def rotate_token(self, *, is_renewed: bool = True) -> str:
        """Make another token the valid one, and return it: the old one is answered 401 from now on.

        Args:
            is_renewed: Whether the scripted cluster's client finds the new one, as in a token file that is
                kept up to date; else it does when it is entered again.
        """
        self._token_number += 1
        self.token_is_renewed = is_renewed
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
        """End every fault on the way, and give all permissions back."""
        for fault in (*self._faults, *self._stalls, *self._denials):
            fault.end()
        self._faults.clear()
        self._stalls.clear()
        self._denials.clear()

    # --- for the clusters

    @property
    def token(self) -> str:
        """The valid token."""
        return f"token-{self._token_number}"

    def meet(self, request: Request) -> Encounter:
        """What a request meets; counts it."""
        if not self._faults:
            return NOTHING
        encounter = NOTHING
        for fault in self._meeting(request):
            fault.met += 1
            encounter = attrs.evolve(
                encounter,
                delay_s=encounter.delay_s + fault.delay_s,
                stall=fault if fault.stalls else encounter.stall,
                refusal=fault.refusal or encounter.refusal,
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
