from __future__ import annotations

import pytest

from tests.memory_files import LAUNCHER, findings_of

OURS = "[cluster]\nname=A\ntype=Kubernetes\n"


@pytest.mark.parametrize(
    ("text", "line", "meant", "underlined"),
    [
        (f"{OURS}config-files=a.conf\n", 4, "config-file", "config-files"),
        (f"{OURS}[cluster]\nname=B\ntype=Kubernets\n", 6, "Kubernetes", "Kubernets"),
        (f"{OURS}[clusters]\nname=B\ntype=Kubernetes\n", 4, "[cluster]", "[clusters]"),
        (f"{OURS}[Cluster]\nname=B\ntype=Kubernetes\n", 4, "[cluster]", "[Cluster]"),
        (f"{OURS}[server]\nscratch_path=/s\n", 5, "scratch-path", "scratch_path"),
        (f"{OURS}Name=B\n", 4, "name", "Name"),
    ],
)
def test_what_is_nearly_ours_is_told(text: str, line: int, meant: str, underlined: str) -> None:
    (finding,) = findings_of({LAUNCHER: text})["misspelt-key"]
    place = finding.location
    assert (place.line, finding.hint) == (line, f"did you mean {meant}?")
    assert place.source[place.column - 1 : place.column - 1 + place.length] == underlined


@pytest.mark.parametrize(
    "text",
    [
        f"[server]\naddress=127.0.0.1\nport=5559\nserver-user=rstudio-server\nadmin-group=admins\n{OURS}",
        f"{OURS}exe=/usr/lib/rstudio-server/bin/plugin\nallowed-users=a\n",
        f"{OURS}[cluster]\nname=L\ntype=Local\n",
    ],
)
def test_what_is_the_launchers_own_is_not(text: str) -> None:
    assert "misspelt-key" not in findings_of({LAUNCHER: text})
