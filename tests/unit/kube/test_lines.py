from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.kube.lines import LineSplitter


@given(st.lists(st.lists(st.sampled_from([b"a", b"bc", b"\n"])).map(b"".join)))
def test_lines_do_not_depend_on_where_chunks_end(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    splitter = LineSplitter()
    lines = [line for chunk in chunks for line in splitter.feed(chunk)]
    *complete, rest = whole.split(b"\n")
    assert lines == [line for line in complete if line]
    assert splitter.rest == rest


def test_a_long_line_in_small_chunks_is_not_copied_again_and_again() -> None:
    splitter, chunk = LineSplitter(), b"x" * 1000
    start = time.process_time()
    for _ in range(64_000):
        splitter.feed(chunk)
    (line,) = splitter.feed(b"\n")
    spent_s = time.process_time() - start
    assert len(line) == 64_000_000
    assert spent_s < 5, "copying the line for every chunk would move 2 TB"
