from __future__ import annotations

import pytest

from launcher_k8s.templates.functions.casing import REGISTRY


@pytest.mark.parametrize(
    ("name", "text", "result"),
    [
        ("upper", "aé", "AÉ"),
        ("lower", "AÉ", "aé"),
        ("title", "don't panic_now x-ray 2b", "Don'T Panic_now X-Ray 2b"),
        ("title", "éa ǆb\u00a0c", "Éa ǅb\u00a0C"),
        ("title", "a\udcffb", "A\ufffdb"),
        ("title", "日a", "日a"),
        ("untitle", "Hello World  Foo", "hello world  foo"),
        ("untitle", "ÉA\udcff", "éA\ufffd"),
        ("swapcase", "This Is a.Test", "tHIS iS A.tEST"),
        ("swapcase", "ǅ ǆ", "ǆ ǅ"),
        ("initials", "First Try of\tit", "FToi"),
        ("initials", "é à", "ÃÃ"),
        ("nospace", "a b\tc", "abc"),
        ("nospace", "é", "é"),
        ("nospace", "é x", "Ã©x"),
        ("nospace", "\u00a0", "Â"),
    ],
)
def test_case_and_words(name: str, text: str, result: str) -> None:
    assert REGISTRY[name].call(text) == result
