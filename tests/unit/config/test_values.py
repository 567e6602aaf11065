from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.values import LARGEST_NUMBER, read_value
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.options import Option, ValueKind

READ_BY_TEXT = sorted(set(ValueKind) - {ValueKind.OVERRIDES}, key=str)


def option(kind: ValueKind, *, key: str = "max-cpus", minimum: int = 0) -> Option:
    return Option(key, kind, "", minimum)


def read(kind: ValueKind, text: str) -> Any:
    return read_value(option(kind), text)


def refused(kind: ValueKind, text: str, *, key: str = "max-cpus", minimum: int = 0) -> BadValueError:
    with pytest.raises(BadValueError) as caught:
        read_value(option(kind, key=key, minimum=minimum), text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [("Default", "Default"), ('"Huge Memory"', "Huge Memory"), ('a"b', 'a"b'), ('"a" and "b"', 'a" and "b')],
)
def test_matching_outer_quotes_of_text_are_stripped(text: str, value: object) -> None:
    assert read(ValueKind.TEXT, text) == value


def test_an_unclosed_quote_is_refused() -> None:
    assert "never closed" in refused(ValueKind.TEXT, '"Huge Memory').message


@pytest.mark.parametrize("text", ["a\rb", "a\x1b[31m", "a\x7f"])
def test_control_characters_are_refused_at_their_place(text: str) -> None:
    assert refused(ValueKind.TEXT, text).offset == 1


@pytest.mark.parametrize("text", ["1", "true", "YES", "On", '"1"'])
def test_on(text: str) -> None:
    assert read(ValueKind.BOOLEAN, text) is True


@pytest.mark.parametrize("text", ["0", "false", "No", "OFF", '"no"'])
def test_off(text: str) -> None:
    assert read(ValueKind.BOOLEAN, text) is False


@pytest.mark.parametrize("text", ["2", "enabled", "y", "tru", '"'])
def test_other_words_are_neither(text: str) -> None:
    assert "1 or 0" in refused(ValueKind.BOOLEAN, text).hint


@pytest.mark.parametrize("text", ["0.5", "1", "1.", ".5", "0.0", "+2", "262144", '"4"', "0.1000000001"])
def test_numbers_are_exact(text: str) -> None:
    assert read(ValueKind.NUMBER, text) == Decimal(text.strip('"'))


@pytest.mark.parametrize(
    ("key", "text", "meant"),
    [
        ("cpus", "500m", "0.5"),
        ("cpus", "0,5", "0.5"),
        ("cpus", "1e1", "10"),
        ("mem-mb", "512M", "512"),
        ("mem-mb", "4GB", "4000"),
        ("mem-mb", "4 gb", "4000"),
        ("mem-mb", "1Gi", "1073.741824"),
        ("max-mem-mb", "512mb", "512"),
    ],
)
def test_an_amount_with_a_suffix_is_refused_and_told_plainly(key: str, text: str, meant: str) -> None:
    assert refused(ValueKind.NUMBER, text, key=key).hint.startswith(f"write {meant}:")


@pytest.mark.parametrize(
    "text", ["", "x", "1 2", "0x10", "1_000", "nan", "inf", "-", ".", "٣", "1" * 40, "1e999"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert refused(ValueKind.NUMBER, text).code == "bad-value"


@pytest.mark.parametrize("text", ["-1", "-0.5", str(LARGEST_NUMBER + 1)])
def test_a_number_out_of_range_is_refused(text: str) -> None:
    assert refused(ValueKind.NUMBER, text).code == "out-of-range"


def test_the_range_is_told() -> None:
    assert "at least 1" in refused(ValueKind.COUNT, "0", minimum=1).hint


@pytest.mark.parametrize("text", ["1.5", "1.0", "500m", "x", "1e1"])
def test_counts_are_whole(text: str) -> None:
    assert refused(ValueKind.COUNT, text).code == "bad-value"


def test_a_count_is_an_int() -> None:
    assert read(ValueKind.COUNT, "2") == 2


@pytest.mark.parametrize("text", ["1", "0.5", "0.001", "1.0"])
def test_ratios(text: str) -> None:
    assert read(ValueKind.RATIO, text) == Decimal(text)


@pytest.mark.parametrize("text", ["0", "1.0001", "-0.5", "2", "0.0"])
def test_a_ratio_outside_its_interval_is_refused(text: str) -> None:
    problem = refused(ValueKind.RATIO, text)
    assert (problem.code, "(0, 1]" in problem.message) == ("bad-ratio", True)


def test_a_ratio_in_percent_is_no_number() -> None:
    assert refused(ValueKind.RATIO, "50%").code == "bad-value"


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("r:3.4.2,r:3.5.0", ("r:3.4.2", "r:3.5.0")),
        (" b , a ,\tb", ("b", "a")),
        ("a,,b,", ("a", "b")),
        ('"a, b"', ("a", "b")),
        ('"a", "b"', ("a", "b")),
        ("a", ("a",)),
    ],
)
def test_lists_keep_their_order_without_duplicates(text: str, items: tuple[str, ...]) -> None:
    assert read(ValueKind.LIST, text) == items


@pytest.mark.parametrize("text", ['a,"b', 'a"b,c', "a,b\rc"])
def test_a_stray_quote_in_a_list_is_refused(text: str) -> None:
    assert refused(ValueKind.LIST, text).code == "bad-value"


def test_constraints_split_at_the_first_colon() -> None:
    found = read(ValueKind.CONSTRAINTS, "node, region:us,region:eu,x:a:b,node")
    assert found == (
        PlacementConstraint("node"),
        PlacementConstraint("region", "us"),
        PlacementConstraint("region", "eu"),
        PlacementConstraint("x", "a:b"),
    )


@pytest.mark.parametrize("text", [":us", "region:", ":"])
def test_a_constraint_without_a_part_is_refused(text: str) -> None:
    assert "lacks a part" in refused(ValueKind.CONSTRAINTS, text).message


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://192.168.99.100:8443", "https://192.168.99.100:8443"),
        ("http://localhost:8001/", "http://localhost:8001"),
        ('"https://[fd00::1]:6443"', "https://[fd00::1]:6443"),
        ("https://rancher/k8s/clusters/c-m-1", "https://rancher/k8s/clusters/c-m-1"),
    ],
)
def test_urls(text: str, url: str) -> None:
    assert read(ValueKind.URL, text) == url


@pytest.mark.parametrize(
    "text", ["https://h:6443/api", "https://h:6443/api/", "https://h:6443/api/v1", "https://h:6443/apis"]
)
def test_a_url_stops_before_the_api(text: str) -> None:
    assert "'https://h:6443'" in refused(ValueKind.URL, text).hint


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1:6443",
        "ftp://h",
        "https://",
        "https://h:x",
        "https://h:0",
        "https://h:70000",
        "https://[fd00::1",
        "https://a b",
        "https://h?x=1",
        "https://h#x",
        "https://me:s3cret@h",
    ],
)
def test_what_is_no_url_is_refused(text: str) -> None:
    assert "https://HOST:PORT" in refused(ValueKind.URL, text).hint


@pytest.mark.parametrize(
    "text",
    [
        "https://me:s3cret@h",
        "https://me:s3cret@h:x",
        "ftp://me:s3cret@h",
        "https://h:1 auth-token=s3cret",
        "h:1 auth-token=s3cret",
    ],
)
def test_a_secret_in_a_url_is_not_repeated(text: str) -> None:
    problem = refused(ValueKind.URL, text)
    assert "s3cret" not in f"{problem} {problem.hint}"


@given(st.sampled_from(READ_BY_TEXT), st.text(min_size=1))
def test_any_text_is_a_value_or_refused(kind: ValueKind, text: str) -> None:
    problem = None
    try:
        read(kind, text)
    except BadValueError as error:
        problem = error
    assert problem is None or (problem.hint and 0 <= problem.offset <= len(text))


@given(st.decimals(0, LARGEST_NUMBER, allow_nan=False, places=3))
def test_a_plain_number_is_read_exactly(number: Decimal) -> None:
    assert read(ValueKind.NUMBER, f"{number:f}") == number


@given(st.lists(st.from_regex(r"[a-z0-9./:-]+", fullmatch=True)))
def test_a_list_is_read_back(items: tuple[str, ...]) -> None:
    assert read(ValueKind.LIST, ", ".join(items) or ",") == tuple(dict.fromkeys(items))


@pytest.mark.parametrize(
    ("text", "meant"),
    [("ture", "true"), ("Flase", "false"), ("enabled", "1"), ("disabled", "0"), ("Y", "1"), ("n", "0")],
)
def test_a_boolean_is_told_with_the_word_that_was_meant(text: str, meant: str) -> None:
    hint = refused(ValueKind.BOOLEAN, text).hint
    assert hint == f"did you mean {meant}? write {ValueKind.BOOLEAN.value}"


def test_a_boolean_that_resembles_none_is_told_with_all() -> None:
    assert refused(ValueKind.BOOLEAN, "maybe").hint == f"write {ValueKind.BOOLEAN.value}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1,024", "1024"),
        ("1,5", "1.5"),
        ("=4", "4"),
        ("2 // two", "2"),
        ("2 cores", "2"),
        ("12,345,678", "12345678"),
    ],
)
def test_a_number_with_something_around_it_is_told_as_it_is_to_be_written(text: str, meant: str) -> None:
    assert refused(ValueKind.NUMBER, text).hint.startswith(f"write {meant}:")


@pytest.mark.parametrize(
    ("text", "item", "hint"),
    [
        ("node, region:", "region:", "write region or region:value"),
        ("node,:eu", ":eu", "write key or key:eu"),
    ],
)
def test_a_bad_constraint_is_told_with_its_own_place(text: str, item: str, hint: str) -> None:
    problem = refused(ValueKind.CONSTRAINTS, text)
    assert (problem.offset, problem.length) == (text.index(item), len(item))
    assert problem.hint == hint


def test_names_of_lists_may_have_blanks() -> None:
    assert read(ValueKind.LIST, "Huge Memory, small") == ("Huge Memory", "small")


@pytest.mark.parametrize(
    ("unit", "text", "meant"),
    [
        ("seconds", "3m", "180"),
        ("seconds", "90s", "90"),
        ("seconds", "1 h", "3600"),
        ("hours", "1d", "24"),
        ("hours", "2 weeks", "336"),
        ("hours", "1.5d", "36"),
    ],
)
def test_a_time_with_a_unit_is_told_in_the_unit_of_its_key(unit: str, text: str, meant: str) -> None:
    with pytest.raises(BadValueError) as caught:
        read_value(Option("k", ValueKind.COUNT, "", unit=unit), text)
    assert caught.value.hint == f"write {meant}: numbers are plain here, in {unit}, without suffixes"


def test_a_time_in_an_unknown_unit_is_told_plainly() -> None:
    with pytest.raises(BadValueError) as caught:
        read_value(Option("k", ValueKind.COUNT, "", unit="hours"), "3 moons")
    assert caught.value.hint == "write a whole number"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("50%", "0.5"),
        ("0,5", "0.5"),
        ("100 %", "1"),
        ("150%", ValueKind.RATIO.value),
        ("half", ValueKind.RATIO.value),
    ],
)
def test_a_ratio_is_told_as_a_share_of_one(text: str, meant: str) -> None:
    assert refused(ValueKind.RATIO, text).hint == f"write {meant}"


@pytest.mark.parametrize("quotes", ["", '"'])
def test_every_bad_item_of_a_list_is_told_at_its_place(quotes: str) -> None:
    text = f"{quotes}region:us, zone:,:eu,zone:{quotes}"
    problem = refused(ValueKind.CONSTRAINTS, text)
    told = [problem, *problem.further]
    assert [text[each.offset :][: each.length or 0] for each in told] == ["zone:", ":eu", "zone:"]
    assert told[0].offset < told[1].offset < told[2].offset


@pytest.mark.parametrize("text", ["2Gi", "2G", "2 GB", "2Mi"])
def test_cores_with_a_unit_of_memory_are_so_many_cores(text: str) -> None:
    assert refused(ValueKind.NUMBER, text).hint.startswith("write 2:")
