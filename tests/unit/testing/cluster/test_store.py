from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, NODE, POD
from launcher_k8s.testing.cluster.store import FEW, MOST_AWAKE, Change, Store, Table, TooOldError, key_at


def content(name: str, namespace: str = "ns", **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": namespace}, **more}


def names(table: Table, prefix: str = "", start: str = "") -> list[str]:
    return [stored.key for stored in table.walk(prefix, start)]


def test_every_write_takes_the_next_version_whatever_the_kind() -> None:
    store = Store(history_size=10)

    numbers = [store.put(CONFIG_MAP, content("a")).number, store.put(POD, content("a")).number]

    assert numbers == [2, 3]
    assert store.get(POD, "ns/a").content["metadata"]["resourceVersion"] == "3"  # type: ignore[union-attr]


def test_what_is_put_in_is_not_written_into() -> None:
    given_content = content("a")

    Store(history_size=10).put(POD, given_content)

    assert given_content == content("a")


def test_the_json_of_a_version_is_made_once() -> None:
    stored = Store(history_size=10).put(POD, content("a"))

    assert stored.body is stored.body
    assert json.loads(stored.body) == stored.content


def test_an_item_of_a_list_does_not_say_what_it_is() -> None:
    stored = Store(history_size=10).put(POD, content("a", spec={}))

    assert json.loads(stored.item) == {"metadata": stored.content["metadata"], "spec": {}}


def test_a_listener_is_told_what_was_and_what_is() -> None:
    store, told = Store(history_size=10), list[Change]()
    store.listen(told.append)

    first = store.put(POD, content("a"))
    second = store.put(POD, content("a"))
    removed = store.drop(POD, "ns/a")

    assert [(each.type, each.stored, each.previous) for each in told] == [
        ("ADDED", first, None),
        ("MODIFIED", second, first),
        ("DELETED", removed, second),
    ]
    assert removed.number == 4


def test_keys_are_walked_in_the_order_of_etcd() -> None:
    store = Store(history_size=10)
    for namespace in ("b", "a", "a-b"):
        store.put(POD, content("x", namespace))

    assert names(store.table(POD)) == ["a-b/x", "a/x", "b/x"]
    assert names(store.table(POD), "a/") == ["a/x"]
    assert names(store.table(POD), "", "a/x") == ["a/x", "b/x"]
    assert store.table(POD).count("a/") == 1


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=20))
def test_keys_are_in_order_whatever_came_and_went_between_two_looks(writes: list[tuple[str, bool]]) -> None:
    store, present = Store(history_size=100), set[str]()
    for name, looks in writes:
        if name in present:
            store.drop(POD, f"ns/{name}")
        else:
            store.put(POD, content(name))
        present ^= {name}
        if looks:
            assert names(store.table(POD)) == [f"ns/{each}" for each in sorted(present)]

    assert store.table(POD).count("ns/", "ns/c") == sum(each >= "c" for each in present)


def test_an_object_without_a_namespace_is_known_by_its_name() -> None:
    store = Store(history_size=10)

    store.put(NODE, {"metadata": {"name": "n"}})

    assert store.get(NODE, key_at("", "n")) is not None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=20))
def test_every_earlier_state_can_be_had_back(writes: list[tuple[str, bool]]) -> None:
    store = Store(history_size=100)
    states = {store.version: list[str]()}
    for name, removes in writes:
        key = key_at("ns", name)
        if not removes:
            store.put(POD, content(name))
        elif store.get(POD, key):
            store.drop(POD, key)
        states[store.version] = [stored.body.decode() for stored in store.table(POD).walk()]

    for version, bodies in states.items():
        assert [stored.body.decode() for stored in store.as_of(POD, version).walk()] == bodies


def test_the_history_is_bounded() -> None:
    store = Store(history_size=2)
    for _ in range(3):
        store.put(POD, content("a"))

    assert [change.stored.number for change in store.since(2)] == [3, 4]
    assert store.oldest == 2
    with pytest.raises(TooOldError):
        store.since(1)


def test_what_is_forgotten_cannot_be_had_back() -> None:
    store = Store(history_size=10)
    before = store.put(POD, content("a")).number
    store.put(POD, content("b"))

    store.forget()

    assert store.since(store.version) == []
    with pytest.raises(TooOldError):
        store.as_of(POD, before)


def rested_store(*made: dict[str, Any]) -> Store:
    """A store in which these pods rest, as so much was written after them."""
    store = Store(history_size=10 * MOST_AWAKE)
    for each in made:
        store.put(POD, each)
    for _ in range(MOST_AWAKE):
        store.put(NODE, {"metadata": {"name": "n"}})
    return store


def test_what_was_not_used_for_long_rests_as_json_and_says_the_same() -> None:
    store = rested_store(content("a", labels={"x": "ü"}))
    (resting,) = store.table(POD).walk()

    assert resting.is_resting
    assert resting.content == json.loads(resting.body)
    assert resting.content["metadata"]["resourceVersion"] == str(resting.number)
    assert resting.is_resting, "who walks over all does not wake them"


def test_what_is_asked_for_is_awake_and_rests_again() -> None:
    store = rested_store(*(content(name) for name in ("a", *(f"b{number}" for number in range(FEW)))))

    awake = store.get(POD, "ns/a")

    assert awake is not None
    assert not awake.is_resting
    assert awake.content is awake.content
    for _ in range(MOST_AWAKE):
        store.put(NODE, {"metadata": {"name": "n"}})
    assert awake.is_resting


def test_one_of_few_that_is_asked_for_stays_awake_until_it_changes() -> None:
    store = rested_store(content("a"))

    awake = store.get(POD, "ns/a")

    assert awake is not None
    for _ in range(MOST_AWAKE):
        store.put(NODE, {"metadata": {"name": "n"}})
    assert not awake.is_resting
    store.put(POD, content("a", spec={"step": 2}))
    for _ in range(MOST_AWAKE):
        store.put(NODE, {"metadata": {"name": "n"}})
    assert awake.is_resting


def test_a_past_state_can_be_had_of_versions_that_rest() -> None:
    store = rested_store(content("a", spec={"step": 1}))
    (first,) = store.table(POD).walk()
    store.put(POD, content("a", spec={"step": 2}))

    (found,) = store.as_of(POD, first.number).walk()

    assert found.content["spec"] == {"step": 1}
