"""Connect's file and cluster definitions: valid ones, and mutations by somebody who knows both syntaxes."""

from __future__ import annotations

from random import Random

from tests.memory_files import CONNECT, CONNECT_CONNECTION

CONNECT_DIRECTORIES: tuple[dict[str, str], ...] = (
    {CONNECT: CONNECT_CONNECTION},
    {
        CONNECT: f"; Connect\n[Server]\nAddress = https://connect\nDataDir = /data\n{CONNECT_CONNECTION}"
        'DataDir = nfs01:/srv # all of it\nClusterDefinition = a.yaml\nClusterDefinition = "b.yaml"\n'
        'KubernetesProfilesConfig = p.conf\n[RPackageRepository "CRAN"]\nURL = https://cran\n',
        "a.yaml": "name: Kubernetes\nimages:\n  - name: r:4\n    r:\n      installations:\n"
        "        - path: /opt/R/4.4/bin/R\n          version: 4.4\n    quarto:\n",
        "b.yaml": "name: 'Kubernetes'\nimages: [{name: \"py:3\"}]\n",
        "p.conf": "[*]\nmax-cpus=4\n[jsmith]\ncontainer-images=r:4\n",
    },
    {
        CONNECT: "[launcher] enabled\nkubernetes=yes\nkubernetesapiurl=https://h:\\\n6443\nscratchpath=s\n"
        'KubernetesAuthToken="a\\"b\\\\c"\nDataDirPVCName=connect-data\nKubernetesNamespace=content\n',
    },
)

_GCFG_LINES = (
    "[Launcher]", "[Server]", '[Launcher "x"]', "[Launcher", "[]", "Enabled", "Enabled = no", "Kubernetes =",
    "Kubernetes = maybe", "KubernetesAPIURL = ftp://h", "KubernetesNamespace = rstudio",
    "KubernetesNamespace = A_B", "Namespace = a", "KubernetesNamepsace = a", "KubernetesUseTemplates = 1",
    "DataDir = nfs01", "DataDir = <host>:/srv", "DataDir = [fd00::1]:/srv", "DataDir = relative/path",
    "DataDirPVCName = connect-data", "DataDirPVCName = A", "ClusterDefinition", "ClusterDefinition =",
    "ClusterDefinition = none.yaml", "ClusterDefinition = a.yaml", "X = \"a", "X = \\q", "X = a\\", "= a",
    "a b = c", "ScratchPath = \"a\\tb\"", "KubernetesProfilesConfig = none.conf", "ScratchPath = /a#b",
)  # fmt: skip
_YAML_LINES = (
    "- a", "a: b: c", "name:", "name: <x>", "nam: x", "images: x", "images:", "- name: [a]", "  - r:4",
    "  r: {installations: [{path: /x}]}", "r: x", "\t- a", "&a [*a, *a]", "- *a", "!!python/name:os.system x",
    "!x y", "---", "...", "? [a]", "{a: 1, a: 2}", "[" * 40, "- " * 40,
    "'", '"', "| ", "a: \x01", "%YAML 9.9",
    "<<: {a: b}", "version: 3.10",
)  # fmt: skip


def is_connect(path: str) -> bool:
    """Whether a file is of one of the two syntaxes."""
    return path.endswith((".gcfg", ".yaml"))


def mutate_connect(text: str, random: Random) -> str:
    """A text with a line added, exchanged, moved, or indented otherwise."""
    lines = text.split("\n")
    at = random.randrange(len(lines))
    line = random.choice(_GCFG_LINES if "[" in text[:400] and "images" not in text else _YAML_LINES)
    mutation = random.randrange(5)
    if mutation == 0:
        lines[at] = line
    elif mutation == 1:
        lines[at] = " " * random.randrange(9) + lines[at].strip()
    elif mutation == 2:
        lines.insert(random.randrange(len(lines)), lines.pop(at))
    else:
        lines.insert(at, line)
    return "\n".join(lines)
