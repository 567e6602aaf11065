"""Programs beside Kubernetes that some tests need: each a Go module of its own, for its own requirements.

metrics-server serves the resource metrics API (`metrics.k8s.io`) from what the kubelet measures; kwok plays
the kubelet of nodes that are only objects. Either starts when a test first asks for it, and then stays as
long as its cluster: no other test pays for it, and none waits twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.places import HERE


@dataclass(frozen=True)
class Addon:
    """A program, the Go module that it comes from, and files of that module which it reads."""

    name: str
    module: str
    files: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where our go.mod and go.sum lie, and our own files for it."""
        return HERE / self.name

    @property
    def version(self) -> str:
        """The one that our go.mod pins."""
        requires = (self.folder / "go.mod").read_text()
        found = re.search(rf"^\s*(?:require )?{re.escape(self.module)} v(\S+)", requires, re.MULTILINE)
        if not found:
            raise AssertionError(f"{self.name}/go.mod requires no {self.module}")
        return found[1]


METRICS_SERVER = Addon("metrics-server", "sigs.k8s.io/metrics-server")
KWOK = Addon(
    "kwok",
    "sigs.k8s.io/kwok",
    (
        "kustomize/stage/pod/fast/pod-ready.yaml",
        "kustomize/stage/pod/fast/pod-delete.yaml",
        "kustomize/stage/node/fast/node-initialize.yaml",
        "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    ),
)
ADDONS = (METRICS_SERVER, KWOK)
