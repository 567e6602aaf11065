"""Looking at a cluster and at streams, without the library under test where it can be done without."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from launcher_k8s import JobState, JobStatus, OutputChunk, OutputGap, Stream
from tests.cluster.real import RealCluster


def image_profile(cluster: RealCluster) -> str:
    """A profiles file that gives everybody the cluster's test image."""
    return f"[*]\ndefault-container-image={cluster.image}\n"


def overriding(values: Mapping[str, object], folder: Path) -> str:
    """A line of a profile with JSON-pointer overrides, their values written to files of a folder."""
    pairs = []
    for number, (pointer, value) in enumerate(values.items()):
        file = folder / f"override{number}.json"
        file.write_text(json.dumps(value))
        pairs.append(f'"{pointer}":"{file}"')
    return f"job-json-overrides={','.join(pairs)}\n"


def names_of(cluster: RealCluster, namespace: str, kind: str) -> list[str]:
    """The names of the objects of a kind ("jobs", "services") that are not being deleted."""
    group = "apis/batch/v1" if kind == "jobs" else "api/v1"
    items = cluster.request("GET", f"/{group}/namespaces/{namespace}/{kind}")["items"]
    return [item["metadata"]["name"] for item in items if "deletionTimestamp" not in item["metadata"]]


async def all_of(statuses: Stream[JobStatus]) -> list[JobStatus]:
    """Every status until the stream ends."""
    async with statuses:
        return [status async for status in statuses]


async def text_of(output: Stream[OutputChunk | OutputGap]) -> str:
    """All output until the stream ends; none of it may be missing."""
    async with output:
        pieces = [piece async for piece in output]
    gaps = [piece for piece in pieces if isinstance(piece, OutputGap)]
    assert not gaps
    return b"".join(piece.data for piece in pieces if isinstance(piece, OutputChunk)).decode()


def order_of(statuses: list[JobStatus]) -> list[JobState]:
    """The states in the order in which they came, those in a row told once."""
    states = [status.state for status in statuses]
    return [state for i, state in enumerate(states) if i == 0 or states[i - 1] is not state]
