"""The ports a job exposes: valid numbers and protocols, each port once.

A port without a published one is reached through the job's Service, a published one on the node.
Source: domain, section 5.
"""

from __future__ import annotations

import attrs

from launcher_k8s.decisions import DecisionKind, Trail
from launcher_k8s.job import ExposedPort, Job
from launcher_k8s.origin import JOB
from launcher_k8s.wording import quote

SUBJECT = "exposed port"
_PROTOCOLS = ("TCP", "UDP", "SCTP")
_HIGHEST = 65535


def check_ports(job: Job, *, user: str, trail: Trail) -> tuple[ExposedPort, ...]:
    """The job's ports, protocols in upper case, a published port of 0 read as none, equal ones once.

    Args:
        job: The job.
        user: The user's name, for messages.
        trail: Told of every port, and of those refused.
    """
    if not job.exposed_ports:
        return ()
    targets: dict[tuple[int, str], ExposedPort] = {}
    published: dict[tuple[int, str], ExposedPort] = {}
    for port in map(_normal, job.exposed_ports):
        if not _is_sound(port, user, trail):
            continue
        first = targets.setdefault((port.target_port, port.protocol), port)
        if first is port:
            trail.decide(SUBJECT, _show(port), DecisionKind.STATED, JOB)
        elif first.published_port != port.published_port:
            _refuse_twice(first, port, user, trail)
            continue
        if port.published_port is not None:
            first = published.setdefault((port.published_port, port.protocol), port)
            if first.target_port != port.target_port:
                _refuse_twice(first, port, user, trail)
    return tuple(targets.values())


def _normal(port: ExposedPort) -> ExposedPort:
    protocol = port.protocol.strip().upper() or "TCP"
    if protocol == port.protocol and port.published_port != 0:
        return port
    return attrs.evolve(port, protocol=protocol, published_port=port.published_port or None)


def _is_sound(port: ExposedPort, user: str, trail: Trail) -> bool:
    sound = port.protocol in _PROTOCOLS
    if not sound:
        protocols = ", ".join(_PROTOCOLS)
        whose = f"the protocol {quote(port.protocol)} of port {port.target_port} of user {quote(user)}"
        message = f"{whose} is none of {protocols}"
        trail.refuse(SUBJECT, message, value=port.protocol, limit=protocols, origin=JOB)
    for what, number in (("target port", port.target_port), ("published port", port.published_port)):
        if number is not None and not 1 <= number <= _HIGHEST:
            message = f"the {what} {number} of user {quote(user)} is not between 1 and {_HIGHEST}"
            trail.refuse(SUBJECT, message, value=number, limit=f"1 to {_HIGHEST}", origin=JOB)
            sound = False
    return sound


def _refuse_twice(first: ExposedPort, second: ExposedPort, user: str, trail: Trail) -> None:
    message = f"user {quote(user)} exposes {_show(first)} and {_show(second)}: they exclude each other"
    trail.refuse(
        SUBJECT, message, value=_show(second), limit=_show(first), origin=JOB, hint="expose one of them"
    )


def _show(port: ExposedPort) -> str:
    target = f"{port.target_port}/{port.protocol}"
    return target if port.published_port is None else f"{target} published as {port.published_port}"
