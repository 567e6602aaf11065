from __future__ import annotations

from launcher_k8s.config import FileText, ReadFailure
from launcher_k8s.config.reading import ReadOnce


def test_each_path_is_asked_for_once() -> None:
    asked: list[str] = []

    def read(path: str, /) -> FileText | ReadFailure:
        asked.append(path)
        return ReadFailure(path, "gone", absent=True) if path == "b" else FileText(path, b"%d" % len(asked))

    once = ReadOnce(read)
    answers = [once(path) for path in ("a", "b", "a", "b")]
    assert asked == ["a", "b"]
    assert answers[:2] == answers[2:] == [FileText("a", b"1"), ReadFailure("b", "gone", absent=True)]
