from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest

from launcher_k8s.connection import PODS, LogOptions, Resource
from launcher_k8s.errors import (
    ClusterTimeoutError,
    ForbiddenError,
    InvalidObjectError,
    ObjectNotFoundError,
    UnavailableError,
)
from launcher_k8s.kube.logs import ContainerLife, follow_log
from launcher_k8s.kube.lookout import Lookout
from launcher_k8s.kube.retry import Backoff
from launcher_k8s.output import GapReason, OutputChunk, OutputGap
from launcher_k8s.testing import ScriptedClock
from tests.unit.kube.kubelet import NS, START_S, Container, Entry, render, stamp, written
from tests.unit.kube.script import PlayedCluster, Script, Stream

POD = PODS.within("lab").named("one")
T = START_S * NS
NEVER_LOOK = Lookout(every_s=math.inf)
LIVE, ENDED = ContainerLife.LIVE, ContainerLife.ENDED
CUT = UnavailableError("cut", transient=True)
GONE = ObjectNotFoundError("no pod", status=404)


def line(second: int, text: str, end: str = "\n") -> bytes:
    return stamp(T + second * NS) + f" {text}{end}".encode()


A, B, C = line(0, "a"), line(1, "b"), line(2, "c")


class Lives:
    """What is known of the container, one answer after the other; the last stays."""

    def __init__(self, *answers: ContainerLife) -> None:
        self.answers = list(answers)

    async def __call__(self) -> ContainerLife:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def pauses(clock: ScriptedClock) -> list[float]:
    """The waits between streams."""
    return [nap_s for nap_s in clock.naps_s if nap_s != NEVER_LOOK.every_s]


async def read(
    script: Script,
    *answers: ContainerLife,
    follow: bool = True,
    timestamps: bool = False,
    clock: ScriptedClock | None = None,
    lookout: Lookout = NEVER_LOOK,
) -> list[bytes | OutputGap]:
    stream = follow_log(
        PlayedCluster(script),
        POD,
        "main",
        life=Lives(*answers),
        follow=follow,
        timestamps=timestamps,
        backoff=Backoff(base_s=1, cap_s=4, jitter=0),
        lookout=lookout,
        clock=clock or ScriptedClock(),
        chance=lambda: 0.0,
    )
    async with aclosing(stream):
        items = [item.data if isinstance(item, OutputChunk) else item async for item in stream]
    assert script.open_streams == 0
    return items


def options(script: Script) -> list[LogOptions]:
    return [asked["options"] for asked in script.asked]


async def test_a_followed_log_ends_when_a_last_plain_read_adds_nothing() -> None:
    script = Script(logs=[[A, B], [A + B], [A + B]])
    assert await read(script, LIVE, ENDED) == [b"a\n", b"b\n"]
    assert [asked.follow for asked in options(script)] == [True, False]
    assert all(asked.timestamps and asked.container == "main" for asked in options(script))


async def test_a_last_plain_read_that_adds_something_is_followed_by_another() -> None:
    script = Script(logs=[[A], [A + B], [A + B + C], [A + B + C]])
    assert await read(script, LIVE, ENDED) == [b"a\n", b"b\n", b"c\n"]
    assert len(script.asked) == 4


async def test_an_empty_output_completes() -> None:
    assert await read(Script(logs=[[], []]), LIVE, ENDED) == []


async def test_an_ended_container_is_never_followed() -> None:
    script = Script(logs=[[A], [A]])
    assert await read(script, ENDED) == [b"a\n"]
    assert not any(asked.follow for asked in options(script))


async def test_without_following_all_that_there_is_comes_once() -> None:
    script = Script(logs=[[A, B]])
    assert await read(script, LIVE, follow=False) == [b"a\n", b"b\n"]
    assert len(script.asked) == 1


async def test_without_following_a_cut_is_mended() -> None:
    script = Script(logs=[[A, CUT], [A + B]])
    assert await read(script, LIVE, follow=False) == [b"a\n", b"b\n"]


async def test_a_stream_that_ends_early_is_opened_again_from_where_it_was() -> None:
    script = Script(logs=[[A, B], [B + C], [C]])
    assert await read(script, LIVE, LIVE, ENDED) == [b"a\n", b"b\n", b"c\n"]
    assert options(script)[1].since_time == datetime.fromtimestamp(START_S, UTC)


@pytest.mark.parametrize("cut", range(len(A + B)))
async def test_each_line_has_its_time_once_wherever_a_stream_was_cut(cut: int) -> None:
    script = Script(logs=[[(A + B)[:cut], CUT], [A + B, C], [A + B + C]])
    items = await read(script, LIVE, ENDED, timestamps=True)
    assert b"".join(item for item in items if isinstance(item, bytes)) == A + B + C


async def test_a_last_line_without_newline_stays_without() -> None:
    raw = A + line(1, "no newline", end="")
    assert await read(Script(logs=[[raw], [raw]]), LIVE, ENDED) == [b"a\nno newline"]


async def test_streams_that_add_nothing_are_opened_ever_more_rarely() -> None:
    clock = ScriptedClock()
    script = Script(logs=[[A], [A], [A], [A], [A + B], [B]])
    await read(script, LIVE, LIVE, LIVE, LIVE, LIVE, ENDED, clock=clock)
    assert pauses(clock) == [1, 2, 4]


async def test_silence_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    clock = ScriptedClock()
    silence = ClusterTimeoutError("silence", transient=True)
    quiet: Stream = [A, silence]
    script = Script(logs=[[A], *[quiet] * 5, [A + B], [B]])
    assert await read(script, *[LIVE] * 7, ENDED, clock=clock) == [b"a\n", b"b\n"]
    assert pauses(clock) == [1] * 5
    assert caplog.text == ""


async def test_an_outage_is_waited_out_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    script = Script(logs=[[A, CUT], *[CUT] * 30, [A + B], [B]])
    assert await read(script, *[LIVE] * 32, ENDED) == [b"a\n", b"b\n"]
    assert len(caplog.records) == 1


async def test_what_the_server_asked_to_wait_is_waited() -> None:
    clock = ScriptedClock()
    busy = UnavailableError("busy", status=429, transient=True, retry_after_s=9)
    await read(Script(logs=[busy, [A], [A]]), LIVE, LIVE, ENDED, clock=clock)
    assert pauses(clock) == [9]


async def test_a_container_that_has_not_started_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    waiting = InvalidObjectError("waiting to start: ContainerCreating", status=400)
    script = Script(logs=[waiting, waiting, [A], [A]])
    assert await read(script, LIVE, LIVE, LIVE, ENDED) == [b"a\n"]
    assert caplog.text == ""


async def test_without_following_nothing_is_waited_for() -> None:
    waiting = InvalidObjectError("waiting to start: ContainerCreating", status=400)
    assert await read(Script(logs=[waiting]), LIVE, follow=False) == []


async def test_a_container_that_will_never_start_has_no_output() -> None:
    assert await read(Script(), ContainerLife.NEVER) == []


async def test_a_deleted_pod_is_a_gap_without_an_end() -> None:
    (_, gap) = await read(Script(logs=[[A, CUT], GONE], gets=[GONE]), LIVE)
    assert isinstance(gap, OutputGap)
    assert (gap.before, gap.reason) == (None, GapReason.POD_DELETED)
    assert gap.after is not None
    assert gap.after.timestamp() == START_S


async def test_a_kubelet_that_does_not_know_the_pod_yet_is_no_deletion() -> None:
    script = Script(logs=[[A, CUT], GONE, [A + B], [B]], gets=[b"{}"])
    assert await read(script, LIVE, LIVE, LIVE, ENDED) == [b"a\n", b"b\n"]


async def test_a_404_is_no_deletion_while_the_api_server_cannot_be_asked() -> None:
    script = Script(logs=[[A, CUT], GONE, [A + B], [B]], gets=[CUT])
    assert await read(script, LIVE, LIVE, LIVE, ENDED) == [b"a\n", b"b\n"]


@pytest.mark.parametrize(
    ("life", "reason"),
    [(ContainerLife.DELETED, GapReason.POD_DELETED), (ContainerLife.NODE_LOST, GapReason.NODE_LOST)],
)
async def test_what_is_known_to_be_lost_is_not_waited_for(life: ContainerLife, reason: GapReason) -> None:
    unreachable = UnavailableError("no route to the node", status=500, transient=True)
    (_, gap) = await read(Script(logs=[[A, CUT], unreachable]), LIVE, life)
    assert isinstance(gap, OutputGap)
    assert gap.reason is reason


async def test_a_deleted_pods_log_is_read_while_it_is_there() -> None:
    assert await read(Script(logs=[[A], [A]]), ContainerLife.DELETED) == [b"a\n"]


async def test_what_was_rotated_away_is_one_gap() -> None:
    items = await read(Script(logs=[[A, CUT], [C, CUT], [C], [C]]), LIVE, LIVE, ENDED)
    assert [type(item) for item in items] == [bytes, OutputGap, bytes]


async def test_a_log_that_was_rotated_after_its_last_line_is_whole() -> None:
    assert await read(Script(logs=[[A, B], []]), LIVE, ENDED) == [b"a\n", b"b\n"]


async def test_a_rotated_log_is_whole_too_where_the_end_is_known_late() -> None:
    script = Script(logs=[[A, B], [], [], []])
    assert await read(script, LIVE, LIVE, LIVE, ENDED) == [b"a\n", b"b\n"]


async def test_an_end_that_was_rotated_away_is_a_gap_too() -> None:
    (_, gap) = await read(Script(logs=[[A, CUT], *[[]] * 4]), LIVE, ENDED)
    assert isinstance(gap, OutputGap)
    assert (gap.before, gap.reason) == (None, GapReason.ROTATED)


COUNTED = b"".join(b"%07d " % number for number in range(5000))  # one line, 40,000 bytes
ZEROS = bytes(40_000)


def half(at: int, *, of: bytes = COUNTED) -> bytes:
    """What a file serves that begins inside a line, with the time of the part that it begins with."""
    return stamp(T + NS) + b" " + of[at:]


@pytest.mark.parametrize("at", [16_384, 39_990])
@pytest.mark.parametrize("text", [COUNTED, ZEROS, COUNTED + b"\n", ZEROS + b"\n"])
async def test_a_line_that_was_rotated_within_comes_once(text: bytes, at: int) -> None:
    script = Script(logs=[[stamp(T) + b" " + text], *[[half(at, of=text)]] * 4])
    assert await read(script, LIVE, ENDED) == [text]


@pytest.mark.parametrize("chunk", [1, 30, 5000])
@pytest.mark.parametrize("at", [16_384, 19_900])
async def test_a_cut_line_goes_on_in_the_next_file_where_it_was(at: int, chunk: int) -> None:
    last = half(at) + b"\n" + C
    chunks = [last[begin : begin + chunk] for begin in range(0, len(last), chunk)]
    script = Script(logs=[[stamp(T) + b" " + COUNTED[:20_000], CUT], *[chunks] * 4])
    items = await read(script, LIVE, LIVE, ENDED)
    assert not any(isinstance(item, OutputGap) for item in items)
    assert b"".join(item for item in items if isinstance(item, bytes)) == COUNTED + b"\nc\n"


async def test_what_was_rotated_away_inside_a_line_is_one_gap() -> None:
    script = Script(logs=[[stamp(T) + b" " + COUNTED[:20_000], CUT], *[[half(32_768)]] * 4])
    first, gap, last = await read(script, LIVE, LIVE, ENDED)
    assert isinstance(gap, OutputGap)
    assert (first, last) == (COUNTED[:20_000], COUNTED[32_768:])


async def test_another_long_line_is_not_taken_for_the_rest() -> None:
    other = stamp(T + NS) + b" " + COUNTED[:20_000] + b"\n"
    script = Script(logs=[[stamp(T) + b" " + COUNTED + b"\n", CUT], *[[other]] * 4])
    first, gap, last = await read(script, LIVE, LIVE, ENDED)
    assert isinstance(gap, OutputGap)
    assert (first, last) == (COUNTED + b"\n", COUNTED[:20_000] + b"\n")


async def test_where_nothing_tells_the_place_nothing_comes_twice_and_a_gap_is_told() -> None:
    script = Script(logs=[[stamp(T) + b" " + ZEROS[:20_000], CUT], *[[half(16_384, of=ZEROS)]] * 4])
    first, gap = await read(script, LIVE, LIVE, ENDED)
    assert first == ZEROS[:20_000]
    assert isinstance(gap, OutputGap)
    assert gap.reason is GapReason.ROTATED


async def test_a_search_for_the_place_that_fails_is_made_again() -> None:
    last = [half(16_384)]
    script = Script(logs=[[stamp(T) + b" " + COUNTED], last, [CUT], *[last] * 3])
    assert await read(script, LIVE, ENDED) == [COUNTED]


@pytest.mark.parametrize(
    "failure",
    [
        InvalidObjectError("container is terminated", status=400),
        UnavailableError("the kubelet says no", status=500, transient=True),
        [b"unable to retrieve container logs for containerd://0123456789abcdef"],
    ],
)
async def test_an_ended_container_whose_log_cannot_be_read_is_a_gap(failure: Stream) -> None:
    (gap,) = await read(Script(logs=[failure] * 4), ENDED)
    assert isinstance(gap, OutputGap)
    assert (gap.after, gap.before, gap.reason) == (None, None, GapReason.LOG_LOST)


async def test_an_ended_containers_log_survives_an_outage_of_the_api_server() -> None:
    assert await read(Script(logs=[*[CUT] * 20, [A], [A]]), ENDED) == [b"a\n"]


async def test_the_kubelets_own_words_are_not_output() -> None:
    words = b"failed to create fsnotify watcher: too many open files"
    script = Script(logs=[[A, words], [A + B], [B]])
    assert await read(script, LIVE, LIVE, ENDED) == [b"a\n", b"b\n"]


async def test_a_missing_permission_is_raised_but_not_at_the_first_answer() -> None:
    forbidden = ForbiddenError("no", status=403)  # as an API server that has just started answers too
    assert await read(Script(logs=[forbidden, forbidden, [A], [A]]), LIVE, LIVE, LIVE, ENDED) == [b"a\n"]
    with pytest.raises(ForbiddenError):
        await read(Script(logs=[forbidden] * 6), LIVE)


async def test_a_missing_permission_is_no_gap_after_the_end_either() -> None:
    with pytest.raises(ForbiddenError):
        await read(Script(logs=[ForbiddenError("no", status=403)] * 6), ENDED)


def looking(after_bytes: int = 0) -> Lookout:
    """Looks at the newest file's head after every chunk."""
    return Lookout(every_s=0, in_silence=0, after_bytes=after_bytes)


async def test_a_file_that_the_kubelet_passed_over_is_a_gap() -> None:
    d, e = line(8, "d"), line(9, "e")
    newest = line(3, "x") + line(4, "y")
    script = Script(logs=[[A, d + e], [e], [e]], heads=[[A], [newest], [d + e]])
    items = await read(script, LIVE, ENDED, lookout=looking())
    assert [item if isinstance(item, bytes) else item.reason for item in items] == [
        *(b"a\n", GapReason.ROTATED, b"d\ne\n"),
    ]
    assert options(script)[1] == LogOptions("main", timestamps=True, limit_bytes=32_768)


async def test_a_file_that_came_and_went_while_the_reader_was_busy_is_a_gap() -> None:
    b, c = line(3, "x") + line(4, "y"), line(8, "d") + line(9, "e")
    script = Script(logs=[[A, c], [c], [c]], heads=[[b], [c]])
    clock = ScriptedClock()
    stream = follow_log(
        PlayedCluster(script), POD, "main", life=Lives(LIVE, ENDED), clock=clock, chance=lambda: 0.0
    )
    async with aclosing(stream):
        items = [await anext(stream)]
        await clock.advance(5)
        items += [item async for item in stream]
    assert [item.data if isinstance(item, OutputChunk) else item.reason for item in items] == [
        *(b"a\n", GapReason.ROTATED, b"d\ne\n"),
    ]


async def test_a_reader_who_was_busy_for_very_long_reads_on_in_a_new_stream() -> None:
    script = Script(logs=[[A, B], [A + B + C], [C]], heads=[[A + B]])
    clock = ScriptedClock()
    stream = follow_log(
        PlayedCluster(script), POD, "main", life=Lives(LIVE, ENDED), clock=clock, chance=lambda: 0.0
    )
    async with aclosing(stream):
        items = [await anext(stream)]
        await clock.advance(3600)
        items += [item async for item in stream]
    assert [item.data for item in items if isinstance(item, OutputChunk)] == [b"a\n", b"b\nc\n"]


async def test_a_look_that_fails_disturbs_nothing() -> None:
    script = Script(logs=[[A, B], [B], [B]], heads=[CUT, [CUT]])
    assert await read(script, LIVE, ENDED, lookout=looking()) == [b"a\n", b"b\n"]


async def test_a_short_log_is_not_looked_at() -> None:
    script = Script(logs=[[A, B], [B]])
    await read(script, LIVE, ENDED, lookout=looking(after_bytes=1000))
    assert len(script.asked) == 2


async def test_leaving_early_closes_the_stream() -> None:
    script = Script(logs=[[A, B, C]])
    async with aclosing(
        follow_log(
            PlayedCluster(script), POD, "main", life=Lives(LIVE), clock=ScriptedClock(), chance=lambda: 0.0
        )
    ) as items:
        async for _ in items:
            break
        assert script.open_streams == 1
    assert script.open_streams == 0


async def test_cancelling_closes_the_stream() -> None:
    script = Script()
    task = asyncio.create_task(read(script, LIVE))
    await script.opened.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert script.open_streams == 0


class Node(PlayedCluster):
    """Serves a model container's log, each stream but the last cut after so many bytes.

    Before each stream the container writes ``during`` entries, after it ``between``; with ``rotates`` its
    file is rotated after those.
    """

    def __init__(
        self, container: Container, cuts: list[int], *, during: int, between: int = 0, rotates: bool = False
    ) -> None:
        super().__init__(Script())
        self.container = container
        self.cuts = cuts
        self._during, self._between, self._rotates = during, between, rotates

    @asynccontextmanager
    async def log(self, pod: Resource, options: LogOptions) -> AsyncIterator[AsyncIterator[bytes]]:
        self.container.write(self._during)
        cut = self.cuts.pop(0) if self.cuts else None
        try:
            yield self._serve(options.since_time, cut)
        finally:
            self.container.write(self._between)
            if self._rotates and cut is not None:
                self.container.rotate()

    async def _serve(self, since: datetime | None, cut: int | None) -> AsyncIterator[bytes]:
        container = self.container
        raw = render(container.entries[container.file_start : container.upto], since)
        for at in range(0, len(raw) if cut is None else cut, CHUNK):
            yield raw[at : min(at + CHUNK, cut or len(raw))]
        if cut is not None:
            raise CUT

    async def life(self) -> ContainerLife:
        return ENDED if self.container.upto == len(self.container.entries) and not self.cuts else LIVE


CHUNK = 65_536
MIB = 2**20


def printing(lines: Iterable[bytes], *, per_second: int) -> Container:
    """A container that prints these lines at an even pace."""
    log: list[Entry] = []
    for number, text in enumerate(lines):
        for part, piece in enumerate(written(text, part=16_384)):
            log.append(Entry(T + number * NS // per_second + part, piece))
    return Container(log)


async def follow(node: Node) -> list[OutputChunk | OutputGap]:
    output = follow_log(
        node, POD, "main", life=node.life, lookout=NEVER_LOOK, clock=ScriptedClock(), chance=lambda: 0.0
    )
    async with aclosing(output) as stream:
        return [item async for item in stream]


def digest_of(items: Iterable[OutputChunk | OutputGap]) -> str:
    return hashlib.sha256(b"".join(item.data for item in items if isinstance(item, OutputChunk))).hexdigest()


@pytest.mark.parametrize("length", [400, 50_000])
async def test_fifty_megabytes_cut_five_times_are_whole(length: int) -> None:
    random = Random(length)
    count = 50 * MIB // length
    container = printing(
        (b"%0*d\n" % (length - 1, number) for number in range(count)), per_second=count // 20
    )
    truth = hashlib.sha256(container.truth).hexdigest()
    cuts = [random.randrange(1, 4 * MIB) for _ in range(5)]
    items = await follow(Node(container, cuts, during=len(container.entries) // 6))
    assert not any(isinstance(item, OutputGap) for item in items)
    assert digest_of(items) == truth


async def test_each_cut_across_which_bytes_were_rotated_away_is_one_gap() -> None:
    random = Random(5)
    container = printing((b"%0199d\n" % number for number in range(250_000)), per_second=25_000)
    cuts = [random.randrange(1, 4 * MIB) for _ in range(5)]
    node = Node(container, cuts, during=25_000, between=10_000, rotates=True)
    items = await follow(node)
    gaps = [item for item in items if isinstance(item, OutputGap)]
    assert len(gaps) == 5
    assert all(gap.after and gap.before and gap.after < gap.before for gap in gaps)
    for part in parts_of(items):
        assert part in container.truth


def parts_of(items: Iterable[OutputChunk | OutputGap]) -> list[bytes]:
    """What came, parted at the gaps."""
    parts: list[list[bytes]] = [[]]
    for item in items:
        if isinstance(item, OutputGap):
            parts.append([])
        else:
            parts[-1].append(item.data)
    return [b"".join(part) for part in parts]


async def test_following_costs_little_processor_time() -> None:
    """A floor far below what is normal (see bench/), so that only another order of cost fails it."""
    container = printing((b"%099d\n" % number for number in range(200_000)), per_second=25_000)
    node = Node(container, [], during=200_000)
    raw = render(container.entries, None)
    node._serve = lambda since, cut: chunks_of(raw)  # type: ignore[method-assign]
    start = time.process_time()
    items = await follow(node)
    spent_s = time.process_time() - start
    delivered = sum(len(item.data) for item in items if isinstance(item, OutputChunk))
    assert delivered == 20_000_000
    assert delivered / spent_s > 5e6


async def chunks_of(raw: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(raw), CHUNK):
        yield raw[at : at + CHUNK]
