from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.kube.client import KubernetesCluster
from launcher_k8s.kube.kubeconfig_form import check_kubeconfig

CLUSTER = {"name": "c", "cluster": {"server": "https://127.0.0.1:6443"}}
USER = {"name": "u", "user": {"token": "hunter2"}}
CONTEXT = {"name": "work", "context": {"cluster": "c", "user": "u"}}
WHOLE = {"clusters": [CLUSTER], "users": [USER], "contexts": [CONTEXT], "current-context": "work"}


def write(folder: Path, content: bytes | dict[str, Any], name: str = "config") -> str:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else yaml.safe_dump(content).encode())
    return str(file)


def context_of(**names: str) -> dict[str, Any]:
    return WHOLE | {"contexts": [{"name": "work", "context": names}]}


def test_a_whole_one_passes(tmp_path: Path) -> None:
    check_kubeconfig(write(tmp_path, WHOLE), None)
    check_kubeconfig(write(tmp_path, context_of(cluster="c")), "work")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "{file} is empty (a kubeconfig has"),
        (b"eyJhbGciOiJSUzI1NiJ9.hunter2", "{file} is a string where a mapping is expected (a kubeconfig has"),
        (b"[]", "{file} is a list where a mapping is expected"),
        (b"\xff\xfe", "{file} is no UTF-8 text (byte 1) (is this the right file?)"),
        (b"a: [", "{file}:1:5 is no YAML: "),
        (b"a: b\nc: d: e", "{file}:2:5 is no YAML: mapping values are not allowed here (correct it there"),
        (b"a: \x01", "{file} is no YAML: special characters are not allowed"),
        (b"[" * 5000, "{file} is no YAML: it is nested too deeply"),
        (
            b"{}",
            "{file} names no current-context (choose one by `kubectl config use-context NAME`; it has no",
        ),
        (b"clusters: 5", "{file} has an integer in clusters, where a list is expected"),
        (b"clusters: [5]", "{file} has a clusters[0] without a name or a mapping 'cluster'"),
        (b"contexts: [{name: work}]", "{file} has a contexts[0] without a name or a mapping 'context'"),
        (b"users: [{name: 5, user: {}}]", "{file} has a users[0] without a name or a mapping 'user'"),
        (WHOLE | {"current-context": ""}, "names no current-context (choose one by"),
        (WHOLE | {"current-context": "play"}, "has no current-context 'play' (its contexts are 'work')"),
        (WHOLE | {"current-context": {}}, "names no current-context"),
        (
            context_of(user="u"),
            "names in its context 'work' no cluster that is there: null (its clusters are 'c')",
        ),
        (context_of(cluster="d"), "no cluster that is there: 'd' (its clusters are 'c')"),
        (context_of(cluster="c", user="v"), "no user that is there: 'v' (its users are 'u')"),
        (WHOLE | {"users": None}, "no user that is there: 'u' (it has no users at all)"),
        (
            WHOLE | {"clusters": [{"name": "c", "cluster": {}}]},
            "gives the cluster of its context 'work' no server (write server: https://HOST:PORT)",
        ),
        (WHOLE | {"clusters": [{"name": "c", "cluster": {"server": 5}}]}, "no server"),
        (WHOLE | {"clusters": [{"name": "c", "cluster": {"server": "127.0.0.1"}}]}, "no server"),
    ],
)
async def test_what_is_wrong_is_told_on_one_line_with_what_to_do(
    tmp_path: Path, content: bytes | dict[str, Any], what: str
) -> None:
    file = write(tmp_path, content)
    with pytest.raises(ConfigurationError) as caught:
        async with KubernetesCluster.from_kubeconfig(file):
            raise AssertionError("entered")
    assert f"the kubeconfig {file}" in str(caught.value)
    assert what.format(file=file) in str(caught.value)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_context_by_name_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"has no context 'play' \(its contexts are 'work'\)"):
        check_kubeconfig(write(tmp_path, WHOLE), "play")


def test_several_files_are_one_and_absent_ones_are_passed_over(tmp_path: Path) -> None:
    first = write(tmp_path, {"contexts": [CONTEXT], "current-context": "none"}, "first")
    second = write(tmp_path, {**WHOLE, "contexts": []}, "second")
    check_kubeconfig(os.pathsep.join([first, str(tmp_path / "absent"), second]), None)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory") as caught:
        check_kubeconfig(str(tmp_path), None)
    assert "owner and mode" in caught.value.hint


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["clusters", "contexts", "users", "name", "context", "current-context"]),
                inner,
            )
        ),
    )
)
def test_whatever_a_file_says_is_told_as_a_configuration_error(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    file = write(tmp_path_factory.mktemp("any"), yaml.safe_dump(value).encode())
    with pytest.raises(ConfigurationError):
        check_kubeconfig(file, None)
