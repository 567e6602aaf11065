"""Fake nodes: objects whose kubelet kwok plays, for thousands of pods on the real API server.

kwok lets a pod there become Running at once. A pod of a Job then ends with exit code 0, at once too, unless
its annotation `fake.test/runs` names how long it runs (such as `10s`) or says `on`: then it runs until it is
deleted.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from tests.cluster import pki
from tests.cluster.addons import KWOK
from tests.cluster.api import Api
from tests.cluster.binaries import Say, build_addon
from tests.cluster.boot import READY_S, Daemons
from tests.cluster.locks import exclusive
from tests.cluster.node import API_URL, write_kubeconfig

RUNS = "fake.test/runs"
MANAGED = "fake.test/kwok"
GROUP = "fake.test/nodes"
TAINT = {"key": MANAGED, "value": "true", "effect": "NoSchedule"}
TOLERATION = {"key": MANAGED, "operator": "Exists"}


@dataclass(frozen=True)
class FakeNodes:
    """Nodes that kwok keeps ready, and how a pod gets to them and nowhere else."""

    names: tuple[str, ...]
    group: str

    @property
    def placement(self) -> dict[str, Any]:
        """Fields of a pod's spec."""
        return {"nodeSelector": {GROUP: self.group}, "tolerations": [TOLERATION]}

    @property
    def overrides(self) -> dict[str, Any]:
        """The same as a cluster's job overrides: pointers and values."""
        return {f"/spec/template/spec/{field}": value for field, value in self.placement.items()}


def start(daemons: Daemons, say: Say) -> None:
    """Start kwok unless it runs.

    Raises:
        UnavailableError: it cannot be built.
    """
    folder = build_addon(KWOK, say)
    place = daemons.place
    with exclusive(place.lock("addons")):
        if daemons.processes.get(KWOK.name) is not None:
            return
        kubeconfig = place.root / f"{KWOK.name}.kubeconfig"
        write_kubeconfig(place, kubeconfig, API_URL, {"token": pki.token(place.pki, "admin")})
        stages = sorted([*folder.glob("*.yaml"), *KWOK.folder.glob("*.yaml")])
        command = [
            str(folder / KWOK.name),
            f"--kubeconfig={kubeconfig}",
            "--manage-all-nodes=false",
            "--v=warn",
            f"--manage-nodes-with-annotation-selector={MANAGED}=true",
            *(f"--config={stage}" for stage in stages),
        ]
        daemons.processes.start(KWOK.name, command, netns=place.netns)


def start_anew(daemons: Daemons) -> None:
    """Start kwok again if it runs."""
    if daemons.processes.get(KWOK.name) is not None:
        daemons.processes.kill(KWOK.name)
        start(daemons, print)


def add(daemons: Daemons, api: Api, count: int) -> FakeNodes:
    """Make nodes; returns when all are ready."""
    group = f"fake-{secrets.token_hex(3)}"
    nodes = FakeNodes(tuple(f"{group}-{number}" for number in range(count)), group)
    for name in nodes.names:
        metadata = {"name": name, "labels": {GROUP: group}, "annotations": {MANAGED: "true"}}
        api.request("POST", "/api/v1/nodes", {"metadata": metadata, "spec": {"taints": [TAINT]}})

    def all_ready() -> bool:
        found = api.request("GET", f"/api/v1/nodes?labelSelector={GROUP}={group}")["items"]
        return sum(map(_is_ready, found)) == count

    daemons.processes.wait(all_ready, f"{count} fake nodes", within_s=READY_S)
    return nodes


def remove(api: Api, nodes: FakeNodes) -> None:
    """Delete them; the pods that are still there go with them."""
    api.request("DELETE", f"/api/v1/nodes?labelSelector={GROUP}={nodes.group}")


def _is_ready(node: Any) -> bool:
    conditions = node["status"].get("conditions") or []
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
