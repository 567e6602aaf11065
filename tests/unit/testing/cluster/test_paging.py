from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import NODE
from launcher_k8s.testing.cluster.paging import decode_token, encode_token

Asker = Any
NODES = NODE.resource()


@pytest.fixture
def five_nodes(api: Api) -> None:
    for name in "abcde":
        api.add(NODE, {"metadata": {"name": name, "labels": {"vowel": str(name in "ae")}}})


def names(page: Any) -> list[str]:
    return [item["metadata"]["name"] for item in page.body["items"]]


@pytest.mark.usefixtures("five_nodes")
def test_pages_hold_together_whatever_changes_between_them(ask: Asker, api: Api) -> None:
    first = ask("list", NODES, params={"limit": "2"})
    api.remove(NODE, "d")
    api.add(NODE, {"metadata": {"name": "cc"}})

    token = first.body["metadata"]["continue"]
    second = ask("list", NODES, params={"limit": "2", "continue": token})
    last = ask("list", NODES, params={"limit": "2", "continue": second.body["metadata"]["continue"]})

    assert [names(first), names(second), names(last)] == [["a", "b"], ["c", "d"], ["e"]]
    versions = {page.body["metadata"]["resourceVersion"] for page in (first, second, last)}
    assert len(versions) == 1
    assert [page.body["metadata"].get("remainingItemCount") for page in (first, second, last)] == [3, 1, None]
    assert "continue" not in last.body["metadata"]


@pytest.mark.usefixtures("five_nodes")
def test_a_selected_page_does_not_count_what_follows(ask: Asker) -> None:
    page = ask("list", NODES, params={"limit": "1", "labelSelector": "vowel=True"})

    assert names(page) == ["a"]
    assert "remainingItemCount" not in page.body["metadata"]
    rest = ask(
        "list", NODES, params={"labelSelector": "vowel=True", "continue": page.body["metadata"]["continue"]}
    )
    assert names(rest) == ["e"]


@pytest.mark.usefixtures("five_nodes")
def test_an_expired_token_comes_with_one_that_goes_on_at_present(ask: Asker, api: Api) -> None:
    token = ask("list", NODES, params={"limit": "2"}).body["metadata"]["continue"]
    api.add(NODE, {"metadata": {"name": "cc"}})
    api.expire()

    expired = ask("list", NODES, params={"limit": "2", "continue": token})

    assert (expired.code, expired.body["reason"]) == (410, "Expired")
    assert expired.body["message"].startswith(
        "The provided continue parameter is too old to display a consis"
    )
    rest = ask("list", NODES, params={"continue": expired.body["metadata"]["continue"]})
    assert names(rest) == ["c", "cc", "d", "e"]


@pytest.mark.usefixtures("five_nodes")
def test_an_exact_version_that_is_forgotten(ask: Asker, api: Api) -> None:
    version = str(api.resource_version)
    api.remove(NODE, "a")
    params = {"resourceVersion": version, "resourceVersionMatch": "Exact"}
    assert names(ask("list", NODES, params=params)) == list("abcde")

    api.expire()

    assert ask("list", NODES, params=params).body["message"] == (
        "The resourceVersion for the provided list is too old."
    )


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"limit": "abc"}, 400, 'strconv.ParseInt: parsing "abc": invalid syntax'),
        (
            {"resourceVersion": "abc"},
            400,
            (
                'invalid resource version: resourceVersion: Invalid value: "abc": '
                'strconv.ParseUint: parsing "abc": invalid syntax'
            ),
        ),
        (
            {"continue": "abc"},
            400,
            (
                "invalid continue token: continue key is not valid: "
                "invalid character 'i' looking for beginning of value"
            ),
        ),
        (
            {"resourceVersionMatch": "Exact"},
            422,
            (
                'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: '
                "resourceVersionMatch is forbidden unless resourceVersion is provided"
            ),
        ),
        (
            {"sendInitialEvents": "true"},
            422,
            (
                'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: '
                "sendInitialEvents is forbidden for list"
            ),
        ),
    ],
)
def test_what_cannot_be_listed(ask: Asker, params: dict[str, str], code: int, message: str) -> None:
    refused = ask("list", NODES, params=params)

    assert (refused.code, refused.body["message"]) == (code, message)


def test_a_version_that_is_not_reached(ask: Asker, api: Api) -> None:
    refused = ask("list", NODES, params={"resourceVersion": "99999"})

    assert refused.code == 504
    assert refused.body["message"] == (
        f"Timeout: Too large resource version: 99999, current: {api.resource_version}"
    )


def test_a_token_names_the_version_and_what_follows_a_key() -> None:
    place = decode_token(encode_token("ns/a", prefix="ns/", version=7), prefix="ns/")

    assert (place.version, place.start) == (7, "ns/a\0")
    assert place.start > "ns/a"
