"""A cluster of a command's own: what of a configuration it replaces, and what its user must know of it.

Everything but the way to the cluster stays as the configuration says. The cluster ends with the command.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import attrs

from launcher_k8s import testing
from launcher_k8s.cli import sample
from launcher_k8s.errors import UnavailableError
from launcher_k8s.origin import OriginKind
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings
from launcher_k8s.testing.local.container import KeeperLost

NOTICE = "it runs on this machine, as this user, and its image is only a name"
LOG_BYTES = 1 << 30
"""A log is rotated after so much, not after a kubelet's 10 MiB: output shall not be lost to a slow reader."""

_WAY_CODES = (
    "missing-api-url",
    "missing-token",
    "two-tokens",
    "unverified-certificates",
    "unreadable-token",
    "exposed-token",
    "foreign-token",
    "unreadable-service-account",
)
_MAIN_FILES = ("launcher.conf", "launcher.kubernetes.conf")
_WAY = ("api_url", "auth_token", "auth_token_path", "certificate_authority", "verify_ssl_certs")


def default_directory() -> str:
    """The host's configuration; where it has none, the sample."""
    has_one = any(Path(DEFAULT_DIRECTORY, name).exists() for name in _MAIN_FILES)
    return DEFAULT_DIRECTORY if has_one else sample.DIRECTORY


def untold_of(directory: str) -> tuple[str, ...]:
    """Codes of findings in a configuration that are of no interest on a cluster of the command's own."""
    # That this host has not the sample's group is to be expected.
    return (*_WAY_CODES, "unknown-group") if directory == sample.DIRECTORY else _WAY_CODES


def replaced(settings: ClusterSettings) -> Iterator[str]:
    """Where settings were stated that the cluster replaces."""
    for field in _WAY:
        origin = settings.origin(field)
        if origin.kind is not OriginKind.DEFAULT:
            yield str(origin)


@asynccontextmanager
async def local_cluster(settings: ClusterSettings) -> AsyncIterator[ClusterSettings]:
    """A cluster while it is entered: gives the settings with the way to it.

    Raises:
        UnavailableError: It cannot be started.
    """
    async with AsyncExitStack() as stack:
        try:
            own = testing.LocalCluster(namespace=settings.namespace, log_bytes=LOG_BYTES)
            cluster = await stack.enter_async_context(own)
        except KeeperLost as error:
            raise UnavailableError(f"this machine cannot run a cluster: {error}") from error
        way = cluster.settings()
        origins = {field: origin for field, origin in settings.origins.items() if field not in _WAY}
        yield attrs.evolve(settings, origins=origins, **{field: getattr(way, field) for field in _WAY})
