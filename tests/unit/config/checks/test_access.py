from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import attrs

from launcher_k8s.config import FileText, ReadFailure, parse_settings
from launcher_k8s.diagnostics import Diagnostic, Severity
from tests.memory_files import CONNECTION, DIRECTORY, LAUNCHER, MAIN, PROFILES, MemoryFiles

OVERRIDE = {PROFILES: '[*]\njob-json-overrides="/spec/a":"a.json"\n', "a.json": "1"}


def found(
    files: Mapping[str, str], obstacles: Mapping[str, str], *, account: str = "rstudio-server"
) -> list[Diagnostic]:
    """What is said of files, some of which an account may not read, each for a reason."""
    read = MemoryFiles({MAIN: CONNECTION, **files})

    def obstacle(path: str, user: str) -> str:
        return obstacles.get(path.removeprefix(f"{DIRECTORY}/"), "") if user == account else ""

    def read_some(path: str, /) -> FileText | ReadFailure:
        file = read(path)
        return attrs.evolve(file, obstacle=partial(obstacle, path)) if isinstance(file, FileText) else file

    _, diagnostics = parse_settings(DIRECTORY, read_some)
    return [diagnostic for diagnostic in diagnostics if diagnostic.code == "unreadable-for-server-user"]


def test_each_file_that_the_server_user_may_not_read_is_told() -> None:
    obstacles = {MAIN: "may not read it", PROFILES: "may not read that", "a.json": "may not read this"}
    diagnostics = found(OVERRIDE, obstacles)
    assert {(each.location.file.removeprefix("/conf/"), each.message) for each in diagnostics} == {
        (name, f"rstudio-server (default) {obstacle}") for name, obstacle in obstacles.items()
    }
    assert {each.severity for each in diagnostics} == {Severity.WARNING}


def test_a_directory_that_is_closed_is_told_once() -> None:
    closed = dict.fromkeys((MAIN, PROFILES, "a.json"), "may not enter /conf")
    (finding,) = found(OVERRIDE, closed)
    assert finding.location.file == f"/conf/{MAIN}"
    assert finding.message.endswith("may not enter /conf, and so not 2 more of these files")


def test_a_token_is_judged_as_well_even_that_of_a_pod() -> None:
    token = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    files = {MAIN: f"api-url=https://h\nauth-token-path={token}\n", token: "opaque"}
    (finding,) = found(files, {token: "may not read it"})
    assert finding.location.file == token


def test_the_server_user_is_the_configured_one() -> None:
    files = {MAIN: f"{CONNECTION}server-user=lab\n"}
    (finding,) = found(files, {MAIN: "may not read it"}, account="lab")
    assert finding.message == f"lab (/conf/{MAIN}:3 server-user) may not read it"
    assert found(files, {MAIN: "may not read it"}) == []


def test_an_unprivileged_plugin_stays_who_it_is() -> None:
    assert found({MAIN: f"{CONNECTION}unprivileged=1\n"}, {MAIN: "may not read it"}) == []


def test_the_launchers_own_file_is_read_again_too() -> None:
    files = {LAUNCHER: "[cluster]\ntype=Kubernetes\n"}
    (finding,) = found(files, {LAUNCHER: "may not read it"})
    assert finding.location.file == f"/conf/{LAUNCHER}"
