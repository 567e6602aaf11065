"""Builds the Kubernetes programs, and the addons', once per version and keeps them in the user's cache.

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
from tests.cluster.addons import ADDONS, Addon
from tests.cluster.locks import exclusive
from tests.cluster.places import cache_root

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
BUILD = ("build", "-mod=readonly", "-trimpath", "-buildvcs=false")
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
    return Binaries(_folder("kubernetes", version))


def cached_addon(addon: Addon) -> Path:
    """The folder where an addon's program is, with the files of its module, or will be."""
    return _folder(addon.name, addon.version)


def _folder(of: str, version: str) -> Path:
    architecture = os.environ.get("GOARCH") or MACHINES.get(platform.machine(), platform.machine())
    return cache_root() / of / f"v{version}-{architecture}"


def build_all(version: str, say: Say) -> None:
    """Build what tests may ask for: the programs of `version` and every addon."""
    build(version, say)
    for addon in ADDONS:
        build_addon(addon, say)


def build(version: str, say: Say) -> Binaries:
    """Return the programs of `version`, built now unless the cache has them.

    Raises:
        UnavailableError: no go command, or it failed.
    """
    binaries = cached(version)
    said = f"Kubernetes {version} (about five minutes the first time)"
    _once(binaries.folder, lambda: binaries.complete, lambda work: _kubernetes(version, work), said, say)
    return binaries


def build_addon(addon: Addon, say: Say) -> Path:
    """Return the folder of an addon's program, built now unless the cache has it.

    Raises:
        UnavailableError: no go command, or it failed.
    """
    folder = cached_addon(addon)
    said = f"{addon.name} {addon.version} (about two minutes the first time)"
    _once(folder, (folder / addon.name).is_file, lambda work: _addon(addon, work), said, say)
    return folder


def _once(
    folder: Path, complete: Callable[[], bool], make: Callable[[Path], None], what: str, say: Say
) -> None:
    if complete():
        return
    with exclusive(folder.with_name(folder.name + ".lock")):
        if not complete():
            _make(folder, make, what, say)


def _make(folder: Path, make: Callable[[Path], None], what: str, say: Say) -> None:
    began = time.monotonic()
    say(f"building {what}")
    work = Path(tempfile.mkdtemp(prefix=folder.name + ".", dir=folder.parent))
    try:
        make(work)
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    say(f"built {what.partition(' (')[0]} in {time.monotonic() - began:.0f} s")


def _kubernetes(version: str, work: Path) -> None:
    """Kubernetes' commands are named by their folders; etcd's folder is called v3, so it is named here."""
    gomodule.write(version, work)
    major, minor = version.split(".")[:2]
    stamp = "k8s.io/component-base/version"
    flags = f"-s -w -X {stamp}.gitVersion=v{version} -X {stamp}.gitMajor={major} -X {stamp}.gitMinor={minor}"
    packages = [f"{gomodule.KUBERNETES}/cmd/{command}" for command in gomodule.COMMANDS]
    gomodule.go(*BUILD, "-ldflags", flags, "-o", f"{work}/", *packages, cwd=work)
    gomodule.go(*BUILD, "-ldflags", "-s -w", "-o", f"{work}/etcd", gomodule.ETCD, cwd=work)


def _addon(addon: Addon, work: Path) -> None:
    for name in ("go.mod", "go.sum"):
        shutil.copyfile(addon.folder / name, work / name)
    gomodule.go(*BUILD, "-ldflags", "-s -w", "-o", f"{work}/", f"{addon.module}/cmd/{addon.name}", cwd=work)
    source = Path(gomodule.go("list", "-m", "-f", "{{.Dir}}", addon.module, cwd=work).strip())
    for file in addon.files:
        shutil.copyfile(source / file, work / Path(file).name)
