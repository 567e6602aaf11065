from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launcher_k8s.kube.cursor import LogCursor, LogReader
from launcher_k8s.output import OutputChunk, OutputGap
from tests.unit.kube.kubelet import NS, START_S, Container, Entry, render, stamp, written

T = START_S * NS


def entries(*lines: tuple[int, bytes]) -> list[Entry]:
    return [Entry(T + offset_ns, data) for offset_ns, data in lines]


def read(cursor: LogCursor, raw: bytes, *, chunk: int = 1 << 20) -> list[OutputChunk | OutputGap]:
    reader = LogReader(cursor)
    return [item for at in range(0, len(raw), chunk) for item in reader.feed(raw[at : at + chunk])]


def data_of(items: list[OutputChunk | OutputGap]) -> bytes:
    return b"".join(item.data for item in items if isinstance(item, OutputChunk))


def gaps_of(items: list[OutputChunk | OutputGap]) -> list[OutputGap]:
    return [item for item in items if isinstance(item, OutputGap)]


def resume(
    log: list[Entry], first: bytes, *, later: list[Entry] | None = None
) -> list[OutputChunk | OutputGap]:
    """What a second stream adds after one that delivered only ``first``."""
    cursor = LogCursor()
    read(cursor, first)
    return read(cursor, render(log if later is None else later, cursor.since))


def test_the_first_stream_gives_everything_without_stamps() -> None:
    log = entries((0, b"a\n"), (1, b"\n"), (2, b"b"))
    assert data_of(read(LogCursor(), render(log, None))) == b"a\n\nb"


@pytest.mark.parametrize("chunk", [1, 2, 31, 33])
def test_where_chunks_end_does_not_matter(chunk: int) -> None:
    log = entries((0, b"a\n"), (1, b"\n"), (2, b"long" * 20), (3, b"er\n"), (4, b"b"))
    assert data_of(read(LogCursor(), render(log, None), chunk=chunk)) == b"a\n\n" + b"long" * 20 + b"er\nb"


def test_a_line_is_delivered_before_its_newline_comes() -> None:
    cursor = LogCursor()
    reader = LogReader(cursor)
    assert data_of(reader.feed(stamp(T) + b" 10%")) == b"10%"
    assert data_of(reader.feed(b" 20%")) == b" 20%"


@pytest.mark.parametrize("cut", range(140))
def test_after_a_cut_anywhere_the_rest_follows(cut: int) -> None:
    log = entries((0, b"first\n"), (5, b"second\n"), (5, b"third\n"), (9, b"fourth"))
    raw = render(log, None)
    cursor = LogCursor()
    delivered = data_of(read(cursor, raw[:cut]))
    rest = read(cursor, render(log, cursor.since))
    assert delivered + data_of(rest) == b"first\nsecond\nthird\nfourth"
    assert gaps_of(rest) == []


def test_a_second_is_asked_for_a_little_early() -> None:
    cursor = LogCursor()
    read(cursor, stamp(T + 50_000_000) + b" a\n")
    assert cursor.since == datetime.fromtimestamp(START_S - 1, UTC)
    read(cursor, stamp(T + 50_000_000) + b" a\n" + stamp(T + 500_000_000) + b" b\n")
    assert cursor.since == datetime.fromtimestamp(START_S, UTC)


def test_a_stream_may_begin_inside_an_earlier_line() -> None:
    log = entries((0, b"x" * 50), (NS, b"y" * 50 + b"\n"), (NS + NS // 2, b"two\n"), (2 * NS, b"three\n"))
    first = render(log[:3], None)
    rest = resume(log, first)
    assert render(log, datetime.fromtimestamp(START_S + 1, UTC)).startswith(b"yyy")
    assert rest == [OutputChunk(b"three\n")]


def test_equal_stamps_are_counted() -> None:
    log = entries((0, b"a\n"), (0, b"a\n"), (0, b"a\n"))
    assert data_of(resume(log, render(log[:2], None))) == b"a\n"


def test_stamps_out_of_order_are_neither_lost_nor_doubled() -> None:
    log = entries((NS, b"a\n"), (NS - 1000, b"b\n"), (NS + 1, b"c\n"), (NS - 2000, b"d\n"))
    for cut in range(len(log) + 1):
        rest = resume(log, render(log[:cut], None))
        assert data_of(rest) == b"".join(entry.data for entry in log[cut:])
        assert gaps_of(rest) == []


def test_what_was_rotated_away_is_a_gap() -> None:
    log = entries((0, b"a\n"), (NS, b"lost\n"), (2 * NS, b"c\n"), (3 * NS, b"d\n"))
    rest = resume(log, render(log[:1], None), later=log[2:])
    assert [type(item) for item in rest] == [OutputGap, OutputChunk]
    (gap,) = gaps_of(rest)
    assert gap.after == datetime.fromtimestamp(START_S, UTC)
    assert gap.before == datetime.fromtimestamp(START_S + 2, UTC)
    assert data_of(rest) == b"c\nd\n"


def test_a_rotation_that_lost_nothing_we_had_not_seen_is_no_gap() -> None:
    log = entries((0, b"a\n"), (NS, b"b\n"), (2 * NS, b"c\n"))
    rest = resume(log, render(log[:2], None), later=log[1:])
    assert rest == [OutputChunk(b"c\n")]


def test_an_empty_new_file_tells_nothing_yet() -> None:
    cursor = LogCursor()
    read(cursor, stamp(T) + b" a\n")
    reader = LogReader(cursor)
    assert reader.feed(b"") == []
    assert not reader.reached


def test_a_gap_is_told_once_even_when_the_next_stream_is_cut_too() -> None:
    cursor = LogCursor()
    read(cursor, stamp(T) + b" a\n")
    later = entries((5 * NS, b"x\n"), (6 * NS, b"y\n"))
    items = read(cursor, render(later, cursor.since)[:33]) + read(cursor, render(later, cursor.since))
    assert len(gaps_of(items)) == 1
    assert data_of(items) == b"x\ny\n"


def test_a_line_that_is_not_the_one_we_knew_is_a_gap() -> None:
    known, other = entries((0, b"abc\n")), entries((0, b"abX\n"), (1, b"d\n"))
    rest = resume(known, render(known, None), later=other)
    assert len(gaps_of(rest)) == 1
    assert data_of(rest) == b"d\n"


def test_an_open_line_that_is_not_the_one_we_knew_is_a_gap() -> None:
    rest = resume([], stamp(T) + b" abc", later=entries((0, b"abXdef\n")))
    assert [type(item) for item in rest] == [OutputGap, OutputChunk]
    assert data_of(rest) == b"def\n"


def test_the_kubelets_own_words_are_not_output() -> None:
    reader = LogReader(LogCursor())
    said = b"failed to create fsnotify watcher: too many open files"
    assert data_of(reader.feed(stamp(T) + b" a\n" + said)) == b"a\n"
    assert reader.foreign == said


def test_a_program_that_prints_times_is_not_misread() -> None:
    log = entries((0, stamp(T + 9 * NS) + b" a\n"), (NS, stamp(T) + b" b\n"), (2 * NS, b"c\n"))
    rest = resume(log, render(log[:2], None))
    assert rest == [OutputChunk(b"c\n")]


def passing(first: list[Entry], landmark_s: int, second: list[Entry]) -> list[OutputChunk | OutputGap]:
    """What one stream gives when, between two of its chunks, a line of the newest file was looked at."""
    cursor = LogCursor()
    reader = LogReader(cursor)
    items = reader.feed(render(first, None))
    cursor.expect(stamp(T + landmark_s * NS))
    return items + reader.feed(render(second, None))


def test_a_file_that_one_stream_passed_over_is_a_gap() -> None:
    later = entries((8 * NS, b"c\n"), (9 * NS, b"d\n"))
    items = passing(entries((0, b"a\n"), (NS, b"b\n")), 4, later)
    assert [type(item) for item in items] == [OutputChunk, OutputGap, OutputChunk]
    (gap,) = gaps_of(items)
    assert gap.after == datetime.fromtimestamp(START_S + 1, UTC)
    assert gap.before == datetime.fromtimestamp(START_S + 8, UTC)
    assert data_of(items) == b"a\nb\nc\nd\n"


def test_a_gap_in_the_middle_of_a_chunk_stands_where_the_lines_are_missing() -> None:
    later = entries((2 * NS, b"b\n"), (8 * NS, b"c"))
    items = passing(entries((0, b"a\n")), 4, later)
    assert [item.data if isinstance(item, OutputChunk) else None for item in items] == [
        *(b"a\n", b"b\n", None, b"c"),
    ]


def test_a_landmark_that_comes_is_no_gap() -> None:
    items = passing(entries((0, b"a\n")), 4, entries((3 * NS, b"b\n"), (4 * NS, b"c\n"), (8 * NS, b"d\n")))
    assert gaps_of(items) == []
    assert data_of(items) == b"a\nb\nc\nd\n"


def test_a_landmark_that_has_passed_is_not_waited_for() -> None:
    assert gaps_of(passing(entries((0, b"a\n"), (5 * NS, b"b\n")), 4, entries((8 * NS, b"c\n")))) == []


def test_a_landmark_out_of_order_is_no_gap() -> None:
    later = entries((4 * NS + 1000, b"b\n"), (4 * NS, b"c\n"))
    cursor = LogCursor()
    reader = LogReader(cursor)
    cursor.expect(stamp(T + 4 * NS))
    items = [item for entry in later for item in reader.feed(render([entry], None))]
    assert gaps_of(items) == []


def test_what_a_cut_lost_is_told_once_though_a_landmark_knew_it_too() -> None:
    cursor = LogCursor()
    read(cursor, render(entries((0, b"a\n")), None))
    cursor.expect(stamp(T + 4 * NS))
    items = read(cursor, render(entries((8 * NS, b"c\n"), (9 * NS, b"d\n")), cursor.since))
    assert len(gaps_of(items)) == 1


@attrs.frozen
class Cut:
    """What happens from the opening of one stream to that of the next."""

    during: int
    share: float
    between: int
    rotates_during: bool
    rotates_between: bool


times = st.sampled_from([0, 0, 1, 1000, NS // 3, NS, 3 * NS])
texts = st.lists(st.sampled_from([b"", b"a", b"bb", b"ccc" * 5, b"d" * 100, b"\xc3\xa9"])).map(b"\n".join)


@st.composite
def containers(draw: st.DrawFn, *, strict: bool = False) -> Container:
    """``strict``: no two entries at the same time."""
    pieces = written(draw(texts), part=16)
    now, log = T, []
    for piece in pieces:
        now += draw(times) + strict
        log.append(Entry(now, piece))
    return Container(log)


def cuts(*, rotating: bool) -> st.SearchStrategy[Cut]:
    flags = st.booleans() if rotating else st.just(False)
    return st.builds(Cut, st.integers(0, 12), st.floats(0, 1), st.integers(0, 12), flags, flags)


@attrs.define
class Session:
    """Reads a container's log over many streams, and knows what it should get."""

    container: Container
    random: Random
    cursor: LogCursor = attrs.field(factory=LogCursor)
    items: list[OutputChunk | OutputGap] = attrs.field(factory=list)

    def stream(self, *, during: int, share: float, rotates: bool) -> None:
        start = self.container.file_start
        self.container.write(during)
        served = render(self.container.entries[start : self.container.upto], self.cursor.since)
        if rotates:
            self.container.rotate()
        raw = served[: round(len(served) * share)]
        reader = LogReader(self.cursor)
        while raw:
            size = self.random.randint(1, len(raw))
            self.items += reader.feed(raw[:size])
            raw = raw[size:]


@given(containers(), st.lists(cuts(rotating=False), max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=500)
def test_without_rotation_every_byte_comes_once(
    container: Container, plan: list[Cut], random: Random
) -> None:
    session = Session(container, random)
    for cut in plan:
        session.stream(during=cut.during, share=cut.share, rotates=False)
        container.write(cut.between)
    session.stream(during=len(container.entries), share=1.0, rotates=False)
    assert gaps_of(session.items) == []
    assert data_of(session.items) == container.truth


@attrs.define
class Witness:
    """Follows what a session delivers through the truth: where each byte comes from, where gaps may be."""

    container: Container
    position: int = 0
    restart: int = 0

    def watch(self, items: list[OutputChunk | OutputGap], begun: int, file_start: int) -> None:
        """Check one stream's items; the reader knew the line that begins at ``begun``."""
        truth, may_be_lost = self.container.truth, begun < file_start
        if items:
            assert isinstance(items[0], OutputGap) is may_be_lost, (
                "a gap exactly where the known line is gone"
            )
        for item in items:
            if isinstance(item, OutputGap):
                assert may_be_lost
                may_be_lost = False
                self.position = self.restart = file_start
            else:
                end = self.position + len(item.data)
                assert item.data == truth[self.position : end]
                self.position = end

    def begun(self, cursor: LogCursor) -> int:
        """Where the line last begun begins."""
        if cursor.is_open and not cursor.size:
            return self.position
        before = self.position - (0 if cursor.is_open else 1)
        return max(self.restart, self.container.truth.rfind(b"\n", 0, max(before, 0)) + 1)


@given(containers(strict=True), st.lists(cuts(rotating=True), max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=1000)
def test_with_rotation_each_loss_is_one_gap(container: Container, plan: list[Cut], random: Random) -> None:
    session, witness = Session(container, random), Witness(container)
    last = Cut(len(container.entries), 1.0, 0, rotates_during=False, rotates_between=False)
    for cut in [*plan, last]:
        begun, file_start = witness.begun(session.cursor), container.offset(container.file_start)
        if not session.cursor.stamp:  # what was rotated away before the first stream cannot be known
            witness.position = witness.restart = begun = file_start
        session.stream(during=cut.during, share=cut.share, rotates=cut.rotates_during)
        witness.watch(session.items, begun, file_start)
        session.items.clear()
        container.write(cut.between)
        if cut.rotates_between:
            container.rotate()
