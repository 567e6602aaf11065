"""One fault: which requests it meets, and what it does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

import attrs

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.kinds import KINDS
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.wording import did_you_mean, quote

ALWAYS: Final = 1_000_000_000
"""As a number of times: until the fault is ended."""

ANY: Final = "*"
EXAMPLES: Final = '"create jobs", "get pods/log" or "watch"'
LEAST_REFUSAL: Final = 400
MOST_REFUSAL: Final = 599


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
            ValueError: There are more than three words, or no request of any cluster could be meant.
        """
        words = text.split()
        if len(words) > 3:
            raise ValueError(f"{text!r} says more than verb, resource and name")
        target = cls(*words)
        _check_known("verb", target.verb, {verb for verbs in _VERBS.values() for verb in verbs}, text)
        _check_known("resource", target.plural, _VERBS, text)
        served = _VERBS.get(target.plural, ())
        if ANY not in (target.verb, target.plural) and target.verb not in served:
            raise ValueError(f"{text!r} meets no request: {target.plural} has only {', '.join(served)}")
        return target

    def matches(self, verb: str, resource: Resource) -> bool:
        """Whether a request is meant."""
        plural = f"{resource.plural}/{resource.subresource}" if resource.subresource else resource.plural
        asked = (verb, plural, resource.name)
        return all(
            mine in (ANY, its) for mine, its in zip((self.verb, self.plural, self.name), asked, strict=True)
        )


def _verbs_by_plural() -> dict[str, tuple[str, ...]]:
    """What may be done with every resource; of two groups' resources of one name, with either."""
    verbs: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        for plural, served in (
            (kind.plural, kind.verbs),
            *((f"{kind.plural}/{part.name}", part.verbs) for part in kind.subresources),
        ):
            verbs[plural] = tuple(dict.fromkeys((*verbs.get(plural, ()), *served)))
    return verbs


_VERBS: Final = _verbs_by_plural()


def _check_known(what: str, word: str, known: Iterable[str], text: str) -> None:
    if word == ANY or word in known:
        return
    hint = did_you_mean(word, sorted(known)) or f"write {EXAMPLES}"
    raise ValueError(f"{quote(text)} meets no request, for no cluster has the {what} {quote(word)}: {hint}")


def _check_times(_fault: object, _field: attrs.Attribute[int], times: int) -> None:
    if times < 1:
        raise ValueError(f"a fault meets at least one request: times is {times}")


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
    times: int = attrs.field(default=1, validator=_check_times)
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


NOTHING: Final = Encounter()


def refusal_of(code: int, message: str, retry_after_s: int) -> Refusal:
    """The API server's refusal of some HTTP status, in its own words if no message is given.

    Raises:
        ValueError: No refusal has that status.
    """
    if not LEAST_REFUSAL <= code <= MOST_REFUSAL:
        raise ValueError(f"a failure is answered with an HTTP status from 400 to 599: code is {code}")
    if code == 429:
        said = message or "the server has received too many requests and has asked us to try again later"
        return refusals.too_many_requests(said, retry_after_s=retry_after_s)
    reason, usual = _USUAL.get(code, ("", f"the server answered {code}"))
    details = {"retryAfterSeconds": retry_after_s} if retry_after_s else None
    return refusals.refusal(code, reason, message or usual, details=details)


_USUAL: Final = {
    401: ("Unauthorized", "Unauthorized"),
    403: ("Forbidden", "forbidden"),
    409: (
        "Conflict",
        "the object has been modified; please apply your changes to the latest version and try again",
    ),
    410: ("Expired", "The resourceVersion for the provided list is too old."),
    500: ("InternalError", "Internal error occurred: etcdserver: request timed out"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: ("Timeout", "Timeout: request did not complete within the allotted timeout"),
}
