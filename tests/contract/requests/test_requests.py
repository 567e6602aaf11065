"""The embedded cluster answers the script as the real server does, but for what `wanted.yaml` names."""

from __future__ import annotations

import pytest

from tests.cluster.real import RealCluster
from tests.contract.requests.asked import Asked, load
from tests.contract.requests.comparing import Wanted, differences, unwanted, wanted
from tests.contract.requests.direct import DirectSender, is_for_store
from tests.contract.requests.sending import Answered, Sender, converse

OURS = "asked-ours"
LEAST = 150


@pytest.fixture(scope="module")
def script() -> list[Asked]:
    return load()


@pytest.fixture(scope="module")
def real(real_cluster: RealCluster, script: list[Asked]) -> dict[str, Answered]:
    namespace = real_cluster.create_namespace("asked")
    try:
        send = Sender(real_cluster.api_url, real_cluster.token, real_cluster.ca_pem)
        return {"": Answered(0, namespace)} | converse(script, send, namespace)
    finally:
        real_cluster.delete_namespace(namespace)


def test_the_script_asks_enough_and_names_each_request_once(script: list[Asked]) -> None:
    assert len(script) >= LEAST
    assert len({asked.title for asked in script}) == len(script)


def test_half_of_the_script_is_refused(real: dict[str, Answered]) -> None:
    refused = [title for title, answer in real.items() if answer.code >= 400]
    assert len(refused) > len(real) / 3


def test_the_store_answers_as_the_server(real: dict[str, Answered], script: list[Asked]) -> None:
    asked = [each for each in script if is_for_store(each)]
    ours = converse(asked, DirectSender.with_namespace(OURS), OURS)
    expected = {title: real[title] for title in ours}
    found = differences(expected, ours, real_namespace=real[""].body, our_namespace=OURS)
    assert len(ours) >= LEAST
    assert "\n".join(map(str, unwanted(found))) == ""


@pytest.mark.parametrize("reason", wanted(), ids=lambda reason: f"{reason.request} {reason.where}")
def test_every_wanted_difference_is_there(
    reason: Wanted, real: dict[str, Answered], script: list[Asked]
) -> None:
    asked = [each for each in script if is_for_store(each)]
    ours = converse(asked, DirectSender.with_namespace(OURS), OURS)
    expected = {title: real[title] for title in ours}
    found = differences(expected, ours, real_namespace=real[""].body, our_namespace=OURS)
    assert any(reason.covers(difference) for difference in found)
