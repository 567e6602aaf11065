from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import launcher_k8s


@pytest.mark.parametrize("name", launcher_k8s.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(launcher_k8s, name) is not None


def test_type_checkers_read_the_same_names() -> None:
    stub = ast.parse(Path(launcher_k8s.__file__).with_suffix(".pyi").read_text())
    imported = {
        alias.asname for node in ast.walk(stub) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert imported == set(launcher_k8s.__all__)


def test_no_public_name_is_a_modules() -> None:
    modules = [name for name in launcher_k8s.__all__ if isinstance(getattr(launcher_k8s, name), ModuleType)]
    assert modules == []


def test_every_public_error_is_in_the_list() -> None:
    errors = importlib.import_module("launcher_k8s.errors")
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert classes <= set(launcher_k8s.__all__)


def test_importing_the_package_loads_no_http_kubernetes_or_template_library() -> None:
    code = (
        "import sys, launcher_k8s; "
        "print([m for m in ('kubernetes_asyncio', 'aiohttp', 'jinja2', 'cattrs', 'jsonpatch', 'yaml') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_backend_on_a_scripted_cluster_loads_no_http_library() -> None:
    code = (
        "import asyncio, sys\n"
        "from launcher_k8s import ClusterSettings, Job, JobBackend, ProfileSection\n"
        "from launcher_k8s.testing import ScriptedCluster, finishes\n"
        "settings = ClusterSettings(profiles=(ProfileSection.everyone(default_container_image='r:4'),))\n"
        "async def main():\n"
        "    cluster = ScriptedCluster(life=finishes())\n"
        "    async with JobBackend(settings, cluster=cluster, clock=cluster.clock) as backend:\n"
        "        submitted = await backend.submit(Job.shell('true'), user='root')\n"
        "        print((await backend.wait(submitted.id)).state.value)\n"
        "asyncio.run(main())\n"
        "print([m for m in ('kubernetes_asyncio', 'aiohttp') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["Finished", "[]", ""]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        launcher_k8s.nothing  # type: ignore[attr-defined]  # noqa: B018
