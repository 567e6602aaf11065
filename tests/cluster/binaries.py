"""Builds the Kubernetes programs once per version and keeps them in the user's cache.

A build takes minutes, so it must never be half done: it goes to a folder beside its final one and is renamed
when complete, under a lock, so that a second builder waits and then finds it finished.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import gomodule
from tests.cluster.locks import exclusive
from tests.cluster.places import cache_root

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Binaries:
    """A folder with the programs of one version."""

    folder: Path

    def path(self, program: str) -> str:
        return str(self.folder / program)

    @property
    def complete(self) -> bool:
        return all((self.folder / program).is_file() for program in (*gomodule.COMMANDS, "etcd"))


def cached(version: str) -> Binaries:
    """Where the programs of `version` are, or will be."""
    architecture = os.environ.get("GOARCH") or MACHINES.get(platform.machine(), platform.machine())
    return Binaries(cache_root() / "kubernetes" / f"v{version}-{architecture}")


def build(version: str, say: Say) -> Binaries:
    """Return the programs of `version`, built now unless the cache has them.

    Raises:
        UnavailableError: no go command, or it failed.
    """
    binaries = cached(version)
    if binaries.complete:
        return binaries
    with exclusive(binaries.folder.with_name(binaries.folder.name + ".lock")):
        if not binaries.complete:
            _build(version, binaries.folder, say)
    return binaries


def _build(version: str, folder: Path, say: Say) -> None:
    began = time.monotonic()
    say(f"building Kubernetes {version} (about five minutes the first time)")
    work = Path(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
    try:
        gomodule.write(version, work)
        _compile(version, work)
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    say(f"built Kubernetes {version} in {time.monotonic() - began:.0f} s")


def _compile(version: str, work: Path) -> None:
    """Kubernetes' commands are named by their folders; etcd's folder is called v3, so it is named here."""
    major, minor = version.split(".")[:2]
    stamp = "k8s.io/component-base/version"
    flags = f"-s -w -X {stamp}.gitVersion=v{version} -X {stamp}.gitMajor={major} -X {stamp}.gitMinor={minor}"
    common = ("build", "-mod=readonly", "-trimpath", "-buildvcs=false")
    packages = [f"{gomodule.KUBERNETES}/cmd/{command}" for command in gomodule.COMMANDS]
    gomodule.go(*common, "-ldflags", flags, "-o", f"{work}/", *packages, cwd=work)
    gomodule.go(*common, "-ldflags", "-s -w", "-o", f"{work}/etcd", gomodule.ETCD, cwd=work)
