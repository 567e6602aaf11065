from __future__ import annotations

import pytest

from launcher_k8s.decisions import Trail
from launcher_k8s.job import ExposedPort, Job
from launcher_k8s.rules.ports import check_ports


def check(*ports: ExposedPort) -> tuple[tuple[ExposedPort, ...], Trail]:
    trail = Trail()
    return check_ports(Job(exposed_ports=ports), user="jane", trail=trail), trail


@pytest.mark.parametrize(
    "port",
    [
        ExposedPort(1),
        ExposedPort(65535),
        ExposedPort(53, "UDP"),
        ExposedPort(9, "SCTP"),
        ExposedPort(80, "TCP", 8080),
    ],
)
def test_a_sound_port_is_kept_as_it_is(port: ExposedPort) -> None:
    ports, trail = check(port)
    assert ports == (port,)
    assert trail.refusals == []


@pytest.mark.parametrize("protocol", ["tcp", " TCP", ""])
def test_a_protocol_is_read_in_any_case_and_defaults_to_tcp(protocol: str) -> None:
    assert check(ExposedPort(80, protocol))[0] == (ExposedPort(80, "TCP"),)


def test_a_published_port_of_zero_is_none() -> None:
    assert check(ExposedPort(443, "TCP", 0))[0] == (ExposedPort(443),)


@pytest.mark.parametrize(
    ("port", "problem"),
    [
        (ExposedPort(0), "the target port 0 of user 'jane' is not between 1 and 65535"),
        (ExposedPort(65536), "the target port 65536 of user 'jane' is not between 1 and 65535"),
        (ExposedPort(-1), "the target port -1 of user 'jane' is not between 1 and 65535"),
        (ExposedPort(1, "TCP", 70000), "the published port 70000 of user 'jane' is not between 1 and 65535"),
        (ExposedPort(1, "HTTP"), "the protocol 'HTTP' of port 1 of user 'jane' is none of TCP, UDP, SCTP"),
    ],
)
def test_an_impossible_port_is_refused(port: ExposedPort, problem: str) -> None:
    ports, trail = check(port)
    assert ports == ()
    assert [refusal.message for refusal in trail.refusals] == [problem]


def test_one_number_may_serve_two_protocols() -> None:
    ports, trail = check(ExposedPort(53), ExposedPort(53, "UDP"))
    assert len(ports) == 2
    assert trail.refusals == []


def test_the_same_port_twice_is_one() -> None:
    ports, trail = check(ExposedPort(80), ExposedPort(80, "tcp"))
    assert ports == (ExposedPort(80),)
    assert trail.refusals == []


def test_one_port_published_in_two_ways_is_refused() -> None:
    _, trail = check(ExposedPort(80), ExposedPort(80, "TCP", 8080))
    (refusal,) = trail.refusals
    assert refusal.message == (
        "user 'jane' exposes 80/TCP and 80/TCP published as 8080: they exclude each other"
    )


def test_two_ports_published_as_one_are_refused() -> None:
    _, trail = check(ExposedPort(80, "TCP", 8080), ExposedPort(81, "TCP", 8080))
    (refusal,) = trail.refusals
    assert refusal.value == "81/TCP published as 8080"
