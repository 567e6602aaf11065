# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Kind, Object
from tests.unit.testing.cluster.objects import (
    complaint,
    plain,
    stored,
)

ROWS: list[tuple[Kind, Object, str]] = [
    (kinds.CONFIG_MAP, plain(data={"..": "1"}), "data[..]: Invalid value: \"..\": must not be '..'"),
    (kinds.CONFIG_MAP, plain(data={"a": "x" * (1024 * 1024 + 1)}), ": Too long: may not be more than 1048576 bytes"),
    (kinds.SECRET, plain(type="kubernetes.io/tls"), "[data[tls.crt]: Required value, data[tls.key]: Required value]"),
    (kinds.SECRET, plain(type="kubernetes.io/service-account-token"), "metadata.annotations[kubernetes.io/service-account.name]: Required value"),
    (kinds.EVENT, plain(involvedObject={"namespace": "there"}), 'involvedObject.namespace: Invalid value: "there": does not match event.namespace'),
    (kinds.LEASE, plain(spec={"leaseDurationSeconds": 0}), "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "new", "said"), ROWS)
def test_what_is_wrong_is_refused(kind: Kind, new: Object, said: str) -> None:
    assert complaint(kind, new) == said


def test_a_sealed_secret_does_not_change() -> None:
    made = stored(kinds.SECRET, plain(immutable=True, data={"a": "AA=="}))
    said = complaint(kinds.SECRET, {**made, "immutable": False, "data": {}}, made)
    assert said.count("field is immutable when `immutable` is set") == 2
    assert (
        complaint(kinds.SECRET, {**made, "metadata": {**made["metadata"], "labels": {"a": "b"}}}, made) == ""
    )
