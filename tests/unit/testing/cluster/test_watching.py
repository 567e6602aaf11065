from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.api import Api, Request, Watch
from launcher_k8s.testing.cluster.refusals import Refusal, unauthorized
from launcher_k8s.testing.cluster.watching import MOST_AT_ONCE

Asker = Any
Make = Callable[..., dict[str, Any]]


def taken(watch: Watch) -> list[tuple[str, str]]:
    events = [json.loads(event) for event in watch.take()]
    return [(each["type"], each["object"]["metadata"].get("name", "")) for each in events]


@pytest.fixture
def now(api: Api) -> dict[str, str]:
    return {"resourceVersion": str(api.resource_version)}


def test_a_watch_without_a_version_begins_with_what_is_there(ask: Asker, maps: Resource) -> None:
    assert taken(ask.watch(maps)) == [("ADDED", "kube-root-ca.crt")]


def test_a_watch_from_a_version_tells_every_change_since(
    ask: Asker, maps: Resource, new_map: Make, now: dict[str, str]
) -> None:
    ask("create", maps, new_map("a"))
    watch = ask.watch(maps, **now)
    ask("patch", maps.named("a"), {"data": {"x": "2"}})
    ask("delete", maps.named("a"))

    assert taken(watch) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]
    assert taken(watch) == []


def test_the_events_of_a_crowd_are_taken_in_portions(
    ask: Asker, maps: Resource, new_map: Make, now: dict[str, str]
) -> None:
    watch = ask.watch(maps, **now)
    names = [f"m{number:03}" for number in range(MOST_AT_ONCE + 1)]
    for name in names:
        ask("create", maps, new_map(name))
    watch.close()

    first, rest = taken(watch), taken(watch)

    assert [name for _, name in first + rest] == names
    assert (len(first), taken(watch)) == (MOST_AT_ONCE, [])


def test_events_carry_the_object_with_its_version(
    ask: Asker, maps: Resource, new_map: Make, now: dict[str, str]
) -> None:
    watch = ask.watch(maps, **now)
    made = ask("create", maps, new_map("a")).body

    (event,) = watch.take()

    assert json.loads(event) == {"type": "ADDED", "object": made}


def test_with_a_selector_objects_come_and_go(
    ask: Asker, maps: Resource, new_map: Make, now: dict[str, str]
) -> None:
    watch = ask.watch(maps, labelSelector="l=1", **now)
    ask("create", maps, new_map("a"))
    ask("patch", maps.named("a"), {"metadata": {"labels": {"l": "1"}}})
    ask("patch", maps.named("a"), {"data": {"x": "2"}})
    last = ask("patch", maps.named("a"), {"metadata": {"labels": None}}).body

    events = [json.loads(event) for event in watch.take()]

    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    gone = events[-1]["object"]["metadata"]
    assert gone["labels"] == {"l": "1"}, "as it was when it still matched"
    assert gone["resourceVersion"] == last["metadata"]["resourceVersion"]


def test_other_namespaces_are_not_told(
    ask: Asker, maps: Resource, new_map: Make, now: dict[str, str]
) -> None:
    here, everywhere = ask.watch(maps, **now), ask.watch(maps.within(""), **now)

    ask("create", maps.within("kube-system"), new_map("a"))

    assert taken(here) == []
    assert taken(everywhere) == [("ADDED", "a")]


def test_bookmarks_are_told_to_those_who_take_them(ask: Asker, api: Api, maps: Resource, now: Any) -> None:
    taker, other = ask.watch(maps, allowWatchBookmarks="true", **now), ask.watch(maps, **now)

    for watch in (taker, other):
        watch.bookmark()

    (event,) = taker.take()
    assert json.loads(event)["object"]["metadata"] == {"resourceVersion": str(api.resource_version)}
    assert other.take() == []


def test_the_end_of_what_was_there_is_marked(ask: Asker, maps: Resource) -> None:
    watch = ask.watch(
        maps,
        sendInitialEvents="true",
        resourceVersionMatch="NotOlderThan",
        allowWatchBookmarks="true",
    )

    added, bookmark = map(json.loads, watch.take())

    assert added["type"] == "ADDED"
    assert bookmark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_a_version_that_is_forgotten_is_an_error_event(
    ask: Asker, api: Api, maps: Resource, new_map: Make, now: dict[str, str]
) -> None:
    ask("create", maps, new_map("a"))
    api.expire()

    watch = ask.watch(maps, **now)

    (event,) = map(json.loads, watch.take())
    assert event["type"] == "ERROR"
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
    assert watch.is_over


def test_a_watch_that_falls_too_far_behind_ends(clock: Any) -> None:
    api = Api(now=clock, draw=lambda size: b"\1" * size, history_size=3)
    nodes = Resource("nodes")
    watch = api.watch(Request("watch", nodes), lambda: None)

    for name in "abcde":
        body = json.dumps({"metadata": {"name": name}}).encode()
        api.answer(Request("create", nodes, body=body))

    assert watch.is_over
    assert len(watch.take()) == 3


def test_a_reader_is_woken_once_until_it_takes(api: Api, maps: Resource, ask: Asker, new_map: Make) -> None:
    woken: list[str] = []
    request = Request("watch", maps, params={"resourceVersion": str(api.resource_version)})
    watch = api.watch(request, lambda: woken.append("!"))

    ask("create", maps, new_map("a"))
    ask("create", maps, new_map("b"))
    assert woken == ["!"]
    watch.take()
    ask("create", maps, new_map("c"))
    assert woken == ["!", "!"]


def test_a_closed_watch_is_told_nothing_more(ask: Asker, maps: Resource, new_map: Make, now: Any) -> None:
    watch = ask.watch(maps, **now)
    ask("create", maps, new_map("a"))

    watch.close()
    ask("create", maps, new_map("b"))

    assert watch.is_over
    assert taken(watch) == [("ADDED", "a")]


def test_all_watches_can_be_ended_with_an_error(ask: Asker, api: Api, maps: Resource, now: Any) -> None:
    watches = [ask.watch(maps, **now), ask.watch(Resource("pods"), **now)]

    api.end_watches(unauthorized())

    assert all(watch.is_over for watch in watches)
    assert [json.loads(watch.take()[0])["object"]["code"] for watch in watches] == [401, 401]


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"resourceVersion": "abc"},
            500,
            'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
        ),
        (
            {"resourceVersionMatch": "NotOlderThan"},
            422,
            (
                'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: '
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
            ),
        ),
        (
            {"sendInitialEvents": "true"},
            422,
            (
                'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: '
                "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            ),
        ),
    ],
)
def test_what_cannot_be_watched(
    ask: Asker, maps: Resource, params: dict[str, str], code: int, message: str
) -> None:
    with pytest.raises(Refusal) as caught:
        ask.watch(maps, **params)

    assert (caught.value.code, caught.value.message) == (code, message)
