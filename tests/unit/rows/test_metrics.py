from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from launcher_k8s import ClusterError
from launcher_k8s.rows.metrics import UsageRow, decode_usage, decode_usage_page
from launcher_k8s.shape.names import MAIN_CONTAINER

TIME = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROW = UsageRow("job-1-x", TIME.timestamp(), Decimal("0.25"), Decimal(2048 * 1024))


def metrics(name: str = "job-1-x", *, container: str = MAIN_CONTAINER, cpu: str = "250000000n") -> Any:
    sidecar = {"name": "sidecar", "usage": {"cpu": "3", "memory": "1Gi"}}
    main = {"name": container, "usage": {"cpu": cpu, "memory": "2048Ki"}}
    metadata = {"name": name, "labels": {"job-name": "job-1"}}
    return {"metadata": metadata, "timestamp": "2026-05-01T12:00:00Z", "containers": [sidecar, main]}


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_the_jobs_own_container_is_read() -> None:
    assert decode_usage(encoded(metrics())) == ROW


def test_a_pod_without_the_jobs_container_has_no_figures() -> None:
    assert decode_usage(encoded(metrics(container="other"))) is None


def test_a_list_leaves_out_what_is_no_job() -> None:
    page = {"metadata": {}, "items": [metrics("a", container="other"), metrics()]}
    assert decode_usage_page(encoded(page)).rows == (ROW,)


@pytest.mark.parametrize("body", [b"[]", b"{}", encoded(metrics(cpu="much"))])
def test_what_is_no_figures_is_an_error_that_may_pass(body: bytes) -> None:
    with pytest.raises(ClusterError, match="figures of a Pod") as caught:
        decode_usage(body)
    assert caught.value.transient
