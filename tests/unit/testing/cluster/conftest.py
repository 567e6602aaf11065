"""A cluster's API with a clock that stands and randomness that repeats itself."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from launcher_k8s.connection import MERGE_PATCH, Resource
from launcher_k8s.testing.cluster.api import Api, Request, Watch
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, POD
from launcher_k8s.testing.cluster.refusals import Refusal

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


def drawing() -> Callable[[int], bytes]:
    """Bytes that look random, never the same twice, and the same in every run."""
    numbers = itertools.count(1)
    return lambda size: (next(numbers) * 2654435761 % 2**64).to_bytes(8, "big").ljust(size, b"\7")[:size]


@attrs.frozen
class Asked:
    """An answer, or a refusal, read."""

    code: int
    body: dict[str, Any]
    warnings: tuple[str, ...] = ()


class Asker:
    """Asks an :class:`Api` with Python values and reads what it answers."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def __call__(self, verb: str, resource: Resource, body: object = None, **more: Any) -> Asked:
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if verb == "patch":
            more.setdefault("content_type", MERGE_PATCH)
        try:
            answer = self.api.answer(Request(verb, resource, body=data, **more))
        except Refusal as refusal:
            return Asked(refusal.code, dict(refusal.status))
        return Asked(answer.code, json.loads(answer.body), answer.warnings)

    def watch(self, resource: Resource, **params: str) -> Watch:
        return self.api.watch(Request("watch", resource, params=params), lambda: None)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> Api:
    return Api(now=clock, draw=drawing())


@pytest.fixture
def ask(api: Api) -> Asker:
    return Asker(api)


@pytest.fixture
def maps() -> Resource:
    """The config maps of the namespace that every cluster has."""
    return CONFIG_MAP.resource("default")


@pytest.fixture
def pods() -> Resource:
    return POD.resource("default")


@pytest.fixture
def new_map() -> Callable[..., dict[str, Any]]:
    def make(name: str, **metadata: Any) -> dict[str, Any]:
        return {"metadata": {"name": name, **metadata}, "data": {"x": "1"}}

    return make


@pytest.fixture
def new_pod() -> Callable[..., dict[str, Any]]:
    def make(name: str, *, node: str = "", **metadata: Any) -> dict[str, Any]:
        spec: dict[str, Any] = {"containers": [{"name": "c", "image": "r:4"}]}
        if node:
            spec["nodeName"] = node
        return {"metadata": {"name": name, **metadata}, "spec": spec}

    return make
