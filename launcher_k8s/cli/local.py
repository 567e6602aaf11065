"""A cluster of a command's own: what of a configuration it replaces, and what its user must know of it.

Everything but the way to the cluster stays as the configuration says. The cluster ends with the command.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs

from launcher_k8s import testing
from launcher_k8s.cli import sample
from launcher_k8s.origin import OriginKind
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings

NOTICE = (
    "the cluster is this command's own and ends with it; commands of jobs run on this machine, as this user; "
    "images are only names"
)
WAY_CODES = (
    "missing-api-url",
    "missing-token",
    "two-tokens",
    "unverified-certificates",
    "unreadable-token",
    "exposed-token",
    "foreign-token",
    "unreadable-service-account",
)
"""Findings about the way to the cluster: of no interest where it is replaced."""

_MAIN_FILES = ("launcher.conf", "launcher.kubernetes.conf")
_WAY = ("api_url", "auth_token", "auth_token_path", "certificate_authority", "verify_ssl_certs")


def default_directory() -> str:
    """The host's configuration; where it has none, the sample."""
    has_one = any(Path(DEFAULT_DIRECTORY, name).exists() for name in _MAIN_FILES)
    return DEFAULT_DIRECTORY if has_one else sample.DIRECTORY


def replaced(settings: ClusterSettings) -> Iterator[str]:
    """Where settings were stated that the cluster replaces."""
    for field in _WAY:
        origin = settings.origin(field)
        if origin.kind is not OriginKind.DEFAULT:
            yield str(origin)


@asynccontextmanager
async def local_cluster(settings: ClusterSettings) -> AsyncIterator[ClusterSettings]:
    """A cluster while it is entered: gives the settings with the way to it."""
    async with testing.LocalCluster() as cluster:
        way = cluster.settings(namespace=settings.namespace)
        origins = {field: origin for field, origin in settings.origins.items() if field not in _WAY}
        yield attrs.evolve(settings, origins=origins, **{field: getattr(way, field) for field in _WAY})
