from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.connection import PODS
from launcher_k8s.errors import ExpiredError, UnavailableError
from launcher_k8s.kube.events import WatchEvents
from launcher_k8s.kube.problems import Attempt

EVENTS = [b'{"type":"ADDED","object":{}}', b'{"type":"MODIFIED","object":{"kind":"ERROR"}}']


async def read(chunks: Iterable[bytes]) -> list[bytes]:
    async def come() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [event async for event in WatchEvents(come(), Attempt("watch", PODS))]


@given(st.lists(st.integers(min_value=0, max_value=sum(map(len, EVENTS)) + 2)))
def test_events_do_not_depend_on_where_chunks_end(cuts: list[int]) -> None:
    whole = b"".join(event + b"\n" for event in EVENTS)
    edges = [0, *sorted(cuts), len(whole)]
    chunks = [whole[begin:end] for begin, end in pairwise(edges)]
    assert asyncio.run(read(chunks)) == EVENTS


async def test_an_error_event_is_raised_as_what_it_says() -> None:
    status = b'{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}'
    with pytest.raises(ExpiredError, match="too old resource version"):
        await read([b'{"type":"ERROR","object":' + status + b"}\n"])


@pytest.mark.parametrize(
    ("chunk", "said"),
    [
        (b'{"type":"ADD', "ended inside an event"),
        (b"<html>\n", "is no event"),
        (b'{"type":"ERROR","object":\n', "cannot be read"),
    ],
)
async def test_what_cannot_be_read_may_be_tried_again(chunk: bytes, said: str) -> None:
    with pytest.raises(UnavailableError, match=said) as raised:
        await read([chunk])
    assert raised.value.transient
