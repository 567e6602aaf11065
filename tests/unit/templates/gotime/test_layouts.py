from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.gotime.layouts import Shown, format_layout, split_layout

# Thursday, 29 February 2024, 13:04:05.0678
SHOWN = Shown(days=19_782, second=47_045, nanosecond=67_800_000, zone="CET", offset=3600)


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("Monday Mon January Jan 1 01 2 _2 02", "Thursday Thu February Feb 2 02 29 29 29"),
        ("2006 06 __2 002", "2024 24  60 060"),
        ("15 3 03 4 04 5 05 PM pm", "13 1 01 4 04 5 05 PM pm"),
        ("5.000 5,00 5.9 5.999999 5.000000000000", "5.067 5,06 5 5.0678 5.067800000"),
        ("MST -07 -0700 -07:00 -070000 -07:00:00", "CET +01 +0100 +01:00 +010000 +01:00:00"),
        ("Z07 Z0700 Z07:00", "+01 +0100 +01:00"),
        ("_2006 Janet Monk", "_2024 Janet Monk"),
        ("é", "é"),
    ],
)
def test_elements(layout: str, text: str) -> None:
    assert format_layout(SHOWN, layout) == text


@pytest.mark.parametrize(
    ("offset", "layout", "text"),
    [
        (0, "Z07:00 Z0700 -0700", "Z Z +0000"),
        (-12_600, "-07:00", "-03:30"),
        (-17_762, "-07:00:00 Z070000", "-04:56:02 -045602"),
        (-30, "-07:00:00", "+00:00:-30"),
        (7200, "MST", "+0200"),
    ],
)
def test_offsets(offset: int, layout: str, text: str) -> None:
    assert format_layout(Shown(0, 0, 0, "", offset), layout) == text


def test_midnight_and_noon_are_twelve() -> None:
    assert [format_layout(Shown(0, second, 0, "UTC", 0), "3PM") for second in (0, 43_200)] == ["12AM", "12PM"]


def test_years_before_the_first_and_after_the_last_of_four_digits() -> None:
    assert format_layout(Shown(-719_529, 0, 0, "UTC", 0), "2006 06") == "-0001 01"
    assert format_layout(Shown(2_932_897, 0, 0, "UTC", 0), "2006 06") == "10000 00"


@given(st.lists(st.sampled_from(["Jan", "_", "2", "006", "Mon", "day", ".", "00", "9", "Z07", ":00", "é"])))
def test_a_layout_is_split_without_loss(parts: list[str]) -> None:
    layout = "".join(parts)
    assert "".join(text + element for text, element in split_layout(layout)) == layout
