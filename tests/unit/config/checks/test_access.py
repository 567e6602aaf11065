from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

import attrs

from launcher_k8s.config import FileText, ReadFailure, parse_settings
from launcher_k8s.config.access import Account, Step
from launcher_k8s.diagnostics import Diagnostic, Severity
from tests.memory_files import CONNECTION, DIRECTORY, LAUNCHER, MAIN, PROFILES, MemoryFiles

OVERRIDE = {PROFILES: '[*]\njob-json-overrides="/spec/a":"a.json"\n', "a.json": "1"}


CLOSED = 0o700


def found(
    files: Mapping[str, str],
    closed: Collection[str],
    *,
    directory: int = 0o755,
    account: str = "rstudio-server",
) -> list[Diagnostic]:
    """What is said of files, some of which root alone may read, on a host with one account besides."""
    read = MemoryFiles({MAIN: CONNECTION, **files})

    def way(path: str) -> list[Step]:
        mode = 0o600 if path.removeprefix(f"{DIRECTORY}/") in closed else 0o644
        return [Step(DIRECTORY, 0, 0, directory, "root:root"), Step(path, 0, 0, mode, "root:root")]

    def account_of(name: str) -> Account | None:
        return Account(name, 998, frozenset({998})) if name == account else None

    def read_some(path: str, /) -> FileText | ReadFailure:
        file = read(path)
        if isinstance(file, ReadFailure):
            return file
        return attrs.evolve(file, way=partial(way, path), account=account_of)

    _, diagnostics = parse_settings(DIRECTORY, read_some)
    return [diagnostic for diagnostic in diagnostics if diagnostic.code == "unreadable-for-server-user"]


def test_each_file_that_the_server_user_may_not_read_is_told() -> None:
    closed = {MAIN, PROFILES, "a.json"}
    diagnostics = found(OVERRIDE, closed)
    assert {(each.location.file, each.message) for each in diagnostics} == {
        (f"/conf/{name}", f"rstudio-server (default) may not read /conf/{name} (root:root, mode 0600)")
        for name in closed
    }
    assert {each.severity for each in diagnostics} == {Severity.WARNING}


def test_a_directory_that_is_closed_is_told_once() -> None:
    (finding,) = found(OVERRIDE, (), directory=CLOSED)
    assert finding.location.file == f"/conf/{MAIN}"
    assert finding.message.endswith(
        "may not enter /conf (root:root, mode 0700), and so not 2 more of these files"
    )


def test_a_token_is_judged_as_well_even_that_of_a_pod() -> None:
    token = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    files = {MAIN: f"api-url=https://h\nauth-token-path={token}\n", token: "opaque"}
    (finding,) = found(files, {token})
    assert finding.location.file == token


def test_the_server_user_is_the_configured_one() -> None:
    files = {MAIN: f"{CONNECTION}server-user=lab\n"}
    (finding,) = found(files, {MAIN}, account="lab")
    assert finding.message.startswith(f"lab (/conf/{MAIN}:3 server-user) may not read /conf/{MAIN} (")
    assert found(files, {MAIN}) == []


def test_an_unprivileged_plugin_stays_who_it_is() -> None:
    assert found({MAIN: f"{CONNECTION}unprivileged=1\n"}, {MAIN}) == []


def test_the_launchers_own_file_is_read_again_too() -> None:
    files = {LAUNCHER: "[cluster]\ntype=Kubernetes\n"}
    (finding,) = found(files, {LAUNCHER})
    assert finding.location.file == f"/conf/{LAUNCHER}"
