from __future__ import annotations

import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.job import Job
from launcher_k8s.naming import (
    could_be_id,
    generate_name,
    is_dns_label,
    is_object_name,
    job_id_from_key,
    job_id_from_random,
    preview_id,
    submission_digest,
)

DNS_1035_LABEL = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hello", "hello-"),
        ("R Session 1", "r-session-1-"),
        ("1st", "job-1st-"),
        ("", "job--"),
        ("-x", "job--x-"),
        ("Ünïcode", "job--n-code-"),
        ("a" * 60, "a" * 54 + "-"),
        ("9" * 60, "job-" + "9" * 50 + "-"),
    ],
)
def test_generate_name_is_the_job_name_as_a_label(name: str, expected: str) -> None:
    assert generate_name(name) == expected


def test_random_id_ends_in_eight_lower_case_base32_characters() -> None:
    assert job_id_from_random("hello", bytes([0, 255, 0, 255, 1, 77])) == "hello-ad7qb7yb"


def test_random_id_needs_five_bytes() -> None:
    with pytest.raises(ValueError, match="needs 5 random bytes, not 4"):
        job_id_from_random("hello", b"1234")


@given(name=st.text(), random_bytes=st.binary(min_size=5, max_size=8), key=st.text())
def test_every_id_is_a_dns_label_that_starts_with_a_letter(name: str, random_bytes: bytes, key: str) -> None:
    ids = (
        job_id_from_random(name, random_bytes),
        job_id_from_key(name, instance_id="", user="me", key=key),
        preview_id(name),
    )
    assert all(DNS_1035_LABEL.fullmatch(job_id) for job_id in ids)
    assert [job_id.endswith("-preview0") for job_id in ids] == [False, False, True]


def test_the_same_key_gives_the_same_id() -> None:
    first, second = (job_id_from_key("x", instance_id="i", user="me", key="k") for _ in range(2))
    assert first == second


@given(parts=st.tuples(st.text(), st.text(), st.text()), others=st.tuples(st.text(), st.text(), st.text()))
def test_ids_differ_where_instance_user_or_key_differ(
    parts: tuple[str, str, str], others: tuple[str, str, str]
) -> None:
    one, other = (job_id_from_key("x", instance_id=i, user=u, key=k) for i, u, k in (parts, others))
    assert (one == other) == (parts == others)


def test_parts_that_only_join_to_the_same_text_give_different_ids() -> None:
    one = job_id_from_key("x", instance_id="ab", user="c", key="d")
    assert one != job_id_from_key("x", instance_id="a", user="bc", key="d")


def test_digest_ignores_who_wrote_id_and_owner_into_the_job() -> None:
    job = Job.shell("true")
    stated = attrs.evolve(job, id="true-aaaaaaaa", user="me")
    digests = {submission_digest(each, user="me", key_or_id="k") for each in (job, stated)}
    assert len(digests) == 1


def test_digest_ignores_the_order_of_metadata() -> None:
    jobs = [Job.shell("true", metadata=metadata) for metadata in ({"a": 1, "b": 2}, {"b": 2, "a": 1})]
    assert len({submission_digest(job, user="me", key_or_id="k") for job in jobs}) == 1


def test_digest_tells_users_keys_and_jobs_apart() -> None:
    job = Job.shell("true")
    digests = {
        submission_digest(job, user="me", key_or_id="k"),
        submission_digest(job, user="you", key_or_id="k"),
        submission_digest(job, user="me", key_or_id="l"),
        submission_digest(Job.shell("false"), user="me", key_or_id="k"),
        submission_digest(attrs.evolve(job, stdin="x"), user="me", key_or_id="k"),
    }
    assert len(digests) == 5
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests)


IMPOSSIBLE = [
    "../x",
    "x/y",
    "\u65e5\u672c",
    "a\n",
    " ",
    ".",
    "..",
    "",
    "A",
    "-a",
    "a-",
    "a..b",
    "a%2fb",
    "a" * 64,
]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_what_no_job_can_be_called_is_no_id(text: str) -> None:
    assert not could_be_id(text)


@given(st.text(), st.binary(min_size=5, max_size=5))
def test_every_id_that_is_drawn_could_be_one(name: str, drawn: bytes) -> None:
    assert could_be_id(job_id_from_random(name, drawn))
    assert could_be_id(preview_id(name))


@pytest.mark.parametrize(
    ("text", "is_one"), [("a" * 63, True), ("a.b", False), ("a\n", False), ("a" * 64, False)]
)
def test_a_dns_label_has_no_dot_and_at_most_63_characters(text: str, is_one: bool) -> None:
    assert is_dns_label(text) is is_one


@pytest.mark.parametrize("name", ["a", "1", "a-b.c", "x" * 253, "12345"])
def test_object_names(name: str) -> None:
    assert is_object_name(name)


@pytest.mark.parametrize("name", ["", "A", "-a", "a-", "a..b", "a_b", "x" * 254, "a\n", "é"])
def test_no_object_names(name: str) -> None:
    assert not is_object_name(name)
