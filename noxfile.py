"""Every check by name; `.ci/run` runs the same sessions, so what they do stands only here.

`nox -s lint` makes an environment of its own. `nox --no-venv --no-install -s lint` uses the one you are in.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import nox

nox.needs_version = ">=2025.10.16"
nox.options.default_venv_backend = "venv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "rooms", "tests", "docs"]

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13"]
NO_TEST_COLLECTED = 5


def _install(session: nox.Session, *groups: str, project: bool = True) -> None:
    """Install dependency groups by their content, which an older pip can do too."""
    packages = nox.project.dependency_groups(PROJECT, *groups)
    session.install(*(["-e", "."] if project else []), *packages)


def _existing(*folders: str) -> list[str]:
    return [folder for folder in folders if Path(folder).exists()]


@nox.session
def lint(session: nox.Session) -> None:
    """Style and likely mistakes."""
    _install(session, "lint", project=False)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types, of the tests and benchmarks as well."""
    _install(session, "types")
    session.run("mypy", *_existing("launcher_k8s", "tests", "bench"))


@nox.session
def rooms(session: nox.Session) -> None:
    """Which room may import which."""
    _install(session, "rooms")
    session.run("lint-imports", "--no-logo", "--no-cache")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All that needs neither a cluster nor Go, with coverage."""
    _install(session, "test")
    session.run(
        "python",
        "-m",
        "pytest",
        "-m",
        "not cluster and not go",
        "--cov",
        "--cov-report=term",
        *session.posargs,
    )


@nox.session
def lowest(session: nox.Session) -> None:
    """The same tests with each runtime dependency, extras too, at the lower bound that is stated."""
    project = PROJECT["project"]
    stated = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    bounds = [re.sub(r">=", "==", each) for each in stated]
    session.install("-e", ".", *bounds, *nox.project.dependency_groups(PROJECT, "test"))
    session.run("python", "-m", "pytest", "-m", "not cluster and not go", *session.posargs)


@nox.session
def differential(session: nox.Session) -> None:
    """Random templates, rendered by real Go and by ours; without Go it fails."""
    _install(session, "test")
    told = {"LAUNCHER_K8S_REQUIRE_GO": "1"}
    session.run("python", "-m", "pytest", "-s", "-m", "go", "tests/differential", *session.posargs, env=told)


@nox.session
def cluster(session: nox.Session) -> None:
    """All that runs against a real Kubernetes; without one it fails, and so does a test that skips."""
    _install(session, "test")
    session.run(
        "python", "-m", "pytest", "-m", "cluster", *session.posargs, env={"LAUNCHER_K8S_REQUIRE_CLUSTER": "1"}
    )


@nox.session
def contract(session: nox.Session) -> None:
    """What every cluster must show, in every world, the real one included; writes docs/contract.json anew."""
    _install(session, "test")
    told = {"LAUNCHER_K8S_REQUIRE_CLUSTER": "1", "LAUNCHER_K8S_CONTRACT_TABLE": "docs/contract.json"}
    session.run("python", "-m", "pytest", "tests/contract", *session.posargs, env=told)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, in docs/_build/html; a warning is an error."""
    _install(session, "docs")
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html")


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks: each compares two things in one run, and asserts their ratio."""
    _install(session, "bench")
    session.run("python", "-m", "pytest", "bench", "-s", "--timeout=0", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """What takes long: the tests marked `soak`, in their long form."""
    _install(session, "test")
    session.run(
        "python",
        "-m",
        "pytest",
        "-m",
        "soak",
        *session.posargs,
        env={"LAUNCHER_K8S_SOAK": "1", "LAUNCHER_K8S_REQUIRE_GO": "1"},
        success_codes=[0, NO_TEST_COLLECTED],
    )
