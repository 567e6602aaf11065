"""Old events go when there are too many."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import EVENT
from launcher_k8s.testing.local.event_limit import EventLimit

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def api() -> Api:
    numbers = itertools.count()
    api = Api(now=lambda: NOW, draw=lambda size: next(numbers).to_bytes(size, "big"))
    EventLimit(api, most=3)
    return api


def happen(api: Api, name: str) -> None:
    about = {"kind": "Pod", "name": "p", "namespace": "default", "apiVersion": "v1"}
    api.add(EVENT, {"metadata": {"name": name}, "involvedObject": about}, namespace="default")


def names(api: Api) -> list[str]:
    return [each["metadata"]["name"] for each in api.objects(EVENT)]


def test_the_newest_are_kept(api: Api) -> None:
    for name in ("e", "d", "c", "b", "a"):
        happen(api, name)
    assert names(api) == ["a", "b", "c"]


def test_one_that_was_deleted_before_is_no_matter(api: Api) -> None:
    for name in ("a", "b", "c"):
        happen(api, name)
    api.remove(EVENT, "a", "default")
    happen(api, "d")
    happen(api, "e")
    assert names(api) == ["c", "d", "e"]


def test_one_that_counts_up_is_one(api: Api) -> None:
    for name in ("a", "b", "c"):
        happen(api, name)
    for _ in range(5):
        api.change(EVENT, "a", "default", lambda event: {**event, "count": 7})
    assert names(api) == ["a", "b", "c"]
