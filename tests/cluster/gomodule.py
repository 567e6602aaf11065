"""The Go module that names the Kubernetes programs to build, for any published version.

Kubernetes' own go.mod replaces its staging modules (k8s.io/api, k8s.io/client-go, ...) by folders of its
repository, which a module proxy does not serve; each is also published as k8s.io/X v0.MINOR.PATCH, so our
module replaces each by that. Which ones, and which etcd, stands in that release's go.mod. The default
version's go.mod and go.sum are committed; `python -m tests.cluster module` writes them anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.cluster.places import MODULE, default_version
from tests.cluster.waiting import UnavailableError

KUBERNETES = "k8s.io/kubernetes"
COMMANDS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "kubelet")
ETCD = "go.etcd.io/etcd/server/v3"


def go(*arguments: str, cwd: Path) -> str:
    """Run the go command and return what it printed.

    Raises:
        UnavailableError: there is no go, or it failed (no module proxy, toolchain too old): its last lines.
    """
    program = shutil.which("go")
    if program is None:
        raise UnavailableError("the go command is not on PATH (Kubernetes is built from its Go modules)")
    environment = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"}
    done = subprocess.run(
        [program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join(done.stderr.splitlines()[-15:])
        raise UnavailableError(f"go {' '.join(arguments[:2])} failed:\n{tail or done.stdout}")
    return done.stdout


def write(version: str, folder: Path) -> None:
    """Put go.mod and go.sum for `version` into `folder`: the committed ones, or new ones."""
    if version == default_version():
        for name in ("go.mod", "go.sum"):
            shutil.copyfile(MODULE / name, folder / name)
    else:
        generate(version, folder)


def generate(version: str, folder: Path) -> None:
    (folder / "go.mod").write_text(module_text(version, _release_go_mod(version)))
    go("mod", "tidy", cwd=folder)


def module_text(version: str, release: str) -> str:
    """Our go.mod before `go mod tidy`, from the text of that release's own go.mod."""
    staging = re.findall(r"^\s*(?:replace\s+)?(k8s\.io/\S+) => \./staging/", release, re.MULTILINE)
    etcd = re.search(rf"^\s*{re.escape(ETCD)} (\S+)", release, re.MULTILINE)
    language = re.search(r"^go \S+$", release, re.MULTILINE)
    if not (staging and etcd and language):
        raise UnavailableError(
            f"go.mod of Kubernetes {version} is not as expected: no staging, etcd or go line"
        )
    godebug = re.search(r"^godebug default=\S+$", release, re.MULTILINE)
    published = "v0." + version.split(".", 1)[1]
    tools = [ETCD, *(f"{KUBERNETES}/cmd/{command}" for command in COMMANDS)]
    return "\n\n".join(
        part
        for part in (
            "module launcher-k8s.example/cluster",
            language[0],
            godebug[0] if godebug else "",
            _block("require", [f"{ETCD} {etcd[1]}", f"{KUBERNETES} v{version}"]),
            _block("tool", tools),
            _block("replace", [f"{module} => {module} {published}" for module in sorted(set(staging))]),
        )
        if part
    )


def _block(verb: str, lines: list[str]) -> str:
    return f"{verb} (\n" + "".join(f"\t{line}\n" for line in lines) + ")"


def _release_go_mod(version: str) -> str:
    """The release's go.mod alone; its zip is fetched by the build, not by this."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "go.mod").write_text("module launcher-k8s.example/look\n")
        described = go("list", "-m", "-json", f"{KUBERNETES}@v{version}", cwd=Path(folder))
    return Path(json.loads(described)["GoMod"]).read_text()
