"""LocalCluster answers the script as the real server does, but for what `wanted.yaml` names.

Both are sent the whole of it over HTTP, so that what comes before the store is compared too: who is let in,
paths, forms of answers. The store alone, without a server around it, has nothing to show beyond that.
"""

from __future__ import annotations

import asyncio

import pytest

from launcher_k8s.testing.local.cluster import LocalCluster
from tests.cluster.real import RealCluster
from tests.contract.requests.asked import Asked, load
from tests.contract.requests.comparing import Difference, Wanted, differences, unwanted, wanted
from tests.contract.requests.sending import Answered, Sender, converse

OURS = "asked-ours"
LEAST = 150
Answers = dict[str, Answered]


@pytest.fixture(scope="module")
def script() -> list[Asked]:
    return load()


@pytest.fixture(scope="module")
def ours(script: list[Asked]) -> Answers:
    return asyncio.run(_ours(script))


async def _ours(script: list[Asked]) -> Answers:
    """The cluster lives on this loop, so its client, which blocks, is in a thread."""
    async with LocalCluster(namespace=OURS) as cluster:
        send = Sender(cluster.api_url, cluster.token)
        return await asyncio.to_thread(converse, script, send, OURS)


@pytest.fixture(scope="module")
def found(real_cluster: RealCluster, script: list[Asked], ours: Answers) -> list[Difference]:
    namespace = real_cluster.create_namespace("asked")
    try:
        send = Sender(real_cluster.api_url, real_cluster.token, real_cluster.ca_pem)
        real = converse(script, send, namespace)
    finally:
        real_cluster.delete_namespace(namespace)
    return differences(real, ours, real_namespace=namespace, our_namespace=OURS)


def test_the_script_asks_enough_and_names_each_request_once(script: list[Asked]) -> None:
    assert len(script) >= LEAST
    assert len({asked.title for asked in script}) == len(script)


def test_a_third_of_the_script_is_refused(ours: Answers) -> None:
    refused = [title for title, answer in ours.items() if answer.code >= 400]
    assert len(refused) > len(ours) / 3


def test_the_embedded_cluster_answers_as_the_server(found: list[Difference]) -> None:
    assert "\n".join(map(str, unwanted(found))) == ""


def test_nine_in_ten_answers_are_equal_throughout(found: list[Difference], script: list[Asked]) -> None:
    assert len({each.title for each in found}) <= len(script) / 10


@pytest.mark.parametrize("reason", wanted(), ids=lambda reason: f"{reason.request} {reason.where[0]}")
def test_every_wanted_difference_is_there(reason: Wanted, found: list[Difference]) -> None:
    seen = [each.where for each in found if reason.covers(each)]
    assert [where for where in reason.where if not any(reason.names(each, where) for each in seen)] == []
