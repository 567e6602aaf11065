"""A cluster on this machine, with nothing but Python: the API on a loopback port, pods as processes."""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import attrs

from launcher_k8s.settings import ClusterSettings
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.event_recorder import EventRecorder
from launcher_k8s.testing.cluster.jobs import JobController
from launcher_k8s.testing.cluster.kinds import NAMESPACE
from launcher_k8s.testing.faults import Faults
from launcher_k8s.testing.local import node
from launcher_k8s.testing.local.accounts import PREFIX, Account, Accounts
from launcher_k8s.testing.local.controllers import Controllers
from launcher_k8s.testing.local.event_limit import EventLimit
from launcher_k8s.testing.local.images import Images
from launcher_k8s.testing.local.kubelet import Kubelet
from launcher_k8s.testing.local.logfiles import DEFAULT_ROTATE_BYTES
from launcher_k8s.testing.local.machine import Capacity, measure
from launcher_k8s.testing.local.runtime import MODES, Runtime
from launcher_k8s.testing.local.server import Server
from launcher_k8s.testing.local.worker import Site

T = TypeVar("T")

NOTICE: Final = (
    "the embedded cluster runs the commands of its pods on this machine, as user %s: images are only names, "
    "and what keeps processes apart is %s"
)
_KEPT_ENV: Final = ("PATH", "LANG", "LC_ALL", "TZ")
_log = logging.getLogger(__name__)


class LocalCluster:
    """A Kubernetes API on a loopback port whose pods are processes of this machine.

    **It runs the commands of its pods on this machine, as this user.** They see this machine's files (volumes
    are put in their places where mount namespaces are permitted), they use its network, and only names say
    which image they are "in". Do not run on it what you would not run in your shell.

    Use ``async with LocalCluster() as cluster``, then ``JobBackend(cluster.settings())``, or kubectl with the
    file of ``cluster.kubeconfig(path)``; before it is entered, these are a RuntimeError. It lives on the
    event loop it is entered on. Leaving it ends every process, also those of a program that was killed
    meanwhile.

    Args:
        namespace: Where jobs are to live; it is made.
        capacity: What the node has to give; what this machine has if None.
        log_bytes: How large a container's log may grow before it is rotated, as a kubelet does at 10 MiB: of
            what is older nothing can be read any more.
        rbac: Whether the stored roles decide who may do what; otherwise everybody may everything.
        port: The port; any free one if 0.
        modes: Ways to isolate containers, tried in this order.
        directory: Where the cluster's own directory is made; the system's temporary one if None.
        env: More environment for every container.

    Attributes:
        images: Which images are there: all, unless a test says otherwise.
    """

    def __init__(
        self,
        *,
        namespace: str = "default",
        capacity: Capacity | None = None,
        log_bytes: int = DEFAULT_ROTATE_BYTES,
        rbac: bool = False,
        port: int = 0,
        modes: tuple[str, ...] = MODES,
        directory: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.namespace = namespace
        self.images = Images()
        self._capacity = capacity
        self._log_bytes = log_bytes
        self._rbac = rbac
        self._port = port
        self._env = dict(env or {})
        self._runtime = Runtime(modes=modes, directory=directory)
        self._api: Api | None = None
        self._faults: Faults | None = None
        self._accounts = Accounts()
        self._kubelet: Kubelet | None = None
        self._server: Server | None = None
        self._controllers: Controllers | None = None

    async def __aenter__(self) -> Self:
        """Start it.

        Raises:
            KeeperLost: The process that looks after containers did not start.
        """
        await self._runtime.start()
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise
        isolation = self._runtime.capabilities
        kept_apart = "PID and mount namespaces" if isolation.pid_namespace else "nothing but sessions"
        _log.warning(NOTICE, os.environ.get("USER") or os.getuid(), kept_apart)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None, /
    ) -> None:
        """End every request and every process, and remove every file."""
        await self.close()

    async def close(self) -> None:
        """End it; a second call does nothing."""
        parts = (self._server, self._controllers, self._kubelet, self._runtime)
        self._server = self._controllers = self._kubelet = None
        async with AsyncExitStack() as ending:  # each is ended, whatever becomes of the others
            for part in reversed(parts):
                if part is not None:
                    ending.push_async_callback(part.close)

    async def _start(self) -> None:
        self._api = Api(now=_now, draw=secrets.token_bytes, rbac=self._rbac)
        if self.api.find(NAMESPACE, self.namespace) is None:
            self.api.add(NAMESPACE, {"metadata": {"name": self.namespace}})
        EventLimit(self.api)
        self._kubelet = Kubelet(self._site())
        self._faults = Faults(self.api, self._kubelet)
        self._controllers = Controllers(lambda wake: JobController(self.api, now=_now, wake=wake), now=_now)
        self._kubelet.start()
        self._accounts.follow(lambda: self.faults.token)
        self.api.subscribe(self._accounts.note)
        self._server = Server(
            self.api, accounts=self._accounts, faults=self.faults, pods=self._kubelet, now=_now
        )
        self._port = await self._server.start(port=self._port)

    def _site(self) -> Site:
        directory = self._runtime.directory
        kept = {name: os.environ[name] for name in _KEPT_ENV if name in os.environ}
        return Site(
            api=self.api,
            runtime=self._runtime,
            events=EventRecorder(self.api, "kubelet", host=node.NAME, now=_now),
            images=self.images,
            capacity=self._capacity or measure(directory),
            env=kept | self._env,
            address=node.ADDRESS,
            directory=directory,
            log_bytes=self._log_bytes,
            sign=self._accounts.sign,
            now=_now,
        )

    # --- what is there once it is entered

    @property
    def api(self) -> Api:
        """The objects, for what a test must arrange or look at itself."""
        return _entered(self._api)

    @property
    def faults(self) -> Faults:
        """What shall go wrong."""
        return _entered(self._faults)

    # --- how to reach it

    @property
    def api_url(self) -> str:
        """The API's URL."""
        _entered(self._faults)
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        """The administrator's token, which a fault may rotate."""
        return self.faults.token

    def add_account(self, token: str, user: str, *groups: str) -> None:
        """Let somebody else in; with ``rbac`` they may what roles say."""
        self._accounts.accept(token, Account(user, (*groups, "system:authenticated")))

    def settings(self, **more: Any) -> ClusterSettings:
        """Settings with which a backend reaches this cluster; ``more`` are further ones."""
        base = ClusterSettings(api_url=self.api_url, auth_token=self.token, namespace=self.namespace)
        return attrs.evolve(base, **more)

    def kubeconfig(self, path: str | Path) -> Path:
        """Write a kubeconfig for kubectl, readable by this user alone; returns its path."""
        written = Path(path)
        name = "launcher-k8s-local"
        context = {"cluster": name, "user": name, "namespace": self.namespace}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            # kubectl sends a token over TLS only, and would be nobody here; so the path carries it.
            "clusters": [{"name": name, "cluster": {"server": f"{self.api_url}{PREFIX}{self.token}"}}],
            "users": [{"name": name, "user": {"token": self.token}}],
            "contexts": [{"name": name, "context": context}],
            "current-context": name,
        }
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
        return written

    @property
    def runtime(self) -> Runtime:
        """What runs the processes, for looking."""
        return self._runtime


def _entered(part: T | None) -> T:
    if part is None:
        raise RuntimeError(
            "the cluster does not run yet; enter it first: async with LocalCluster() as cluster"
        )
    return part


def _now() -> datetime:
    return datetime.now(UTC)
