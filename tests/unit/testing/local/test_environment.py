"""Variables and commands, as a kubelet makes them."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, SECRET, Kind, Object
from launcher_k8s.testing.local.environment import ConfigError, container_command, expand
from launcher_k8s.testing.local.machine import Capacity

CAPACITY = Capacity(cpus=4, memory_bytes=8 * 2**30, storage_bytes=0)
OBJECTS: dict[tuple[Kind, str], Object] = {
    (CONFIG_MAP, "settings"): {"kind": "ConfigMap", "data": {"a": "1", "b": "2"}},
    (SECRET, "door"): {"kind": "Secret", "data": {"key": base64.b64encode(b"sesame").decode()}},
}
POD: Object = {
    "metadata": {"name": "p", "namespace": "ns", "uid": "u", "labels": {"app": "x"}},
    "spec": {"containers": [], "nodeName": "local"},
    "status": {"podIP": "127.0.0.1"},
}


def _command(**container: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    command = container_command(
        POD,
        {"name": "main", **container},
        find=lambda kind, name: OBJECTS.get((kind, name)),
        capacity=CAPACITY,
        base={"PATH": "/bin"},
    )
    return command.args, dict(command.env)


def _value(source: dict[str, Any], **container: Any) -> str | None:
    _, env = _command(env=[{"name": "X", "valueFrom": source}], **container)
    return env.get("X")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)", "1"),
        ("$$(A)", "$(A)"),
        ("$(UNKNOWN)", "$(UNKNOWN)"),
        ("$(", "$("),
        ("$A ${A} $", "$A ${A} $"),
        ("$(A)$(A)", "11"),
    ],
)
def test_references_are_expanded(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded


@given(st.text().filter(lambda text: "$" not in text))
def test_text_without_references_stays(text: str) -> None:
    assert expand(text, {"A": "1"}) == text


def test_a_variable_may_use_those_before_it() -> None:
    env = [
        {"name": "A", "value": "$(B)"},
        {"name": "B", "value": "b"},
        {"name": "C", "value": "$(B) $(PATH)"},
    ]
    _, made = _command(env=env)
    assert made == {"PATH": "/bin", "A": "$(B)", "B": "b", "C": "b /bin"}


def test_commands_are_expanded_with_all_variables() -> None:
    args, _ = _command(command=["sh", "-c"], args=["echo $(A)"], env=[{"name": "A", "value": "1"}])
    assert args == ("sh", "-c", "echo 1")


def test_all_of_a_config_map_and_single_keys_can_be_had() -> None:
    _, env = _command(envFrom=[{"prefix": "P_", "configMapRef": {"name": "settings"}}])
    assert (env["P_a"], env["P_b"]) == ("1", "2")
    assert _value({"secretKeyRef": {"name": "door", "key": "key"}}) == "sesame"
    assert _value({"configMapKeyRef": {"name": "settings", "key": "a"}}) == "1"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"secretKeyRef": {"name": "nope", "key": "k"}}, 'secret "nope" not found'),
        ({"configMapKeyRef": {"name": "nope", "key": "k"}}, 'configmap "nope" not found'),
        (
            {"configMapKeyRef": {"name": "settings", "key": "k"}},
            "couldn't find key k in ConfigMap ns/settings",
        ),
    ],
)
def test_what_is_not_there_is_told_in_the_kubelets_words(source: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as told:
        _value(source)
    assert str(told.value) == message


def test_what_is_optional_may_be_missing() -> None:
    assert _value({"secretKeyRef": {"name": "nope", "key": "k", "optional": True}}) is None
    _, env = _command(envFrom=[{"secretRef": {"name": "nope", "optional": True}}])
    assert env == {"PATH": "/bin"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "p"),
        ("metadata.labels['app']", "x"),
        ("metadata.annotations['no']", ""),
        ("metadata.labels", 'app="x"'),
        ("spec.nodeName", "local"),
        ("status.podIP", "127.0.0.1"),
    ],
)
def test_a_pod_is_told_of_itself(path: str, value: str) -> None:
    assert _value({"fieldRef": {"fieldPath": path}}) == value


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ({"resource": "limits.cpu"}, "1"),
        ({"resource": "limits.cpu", "divisor": "1m"}, "500"),
        ({"resource": "limits.memory", "divisor": "1Mi"}, "8192"),
        ({"resource": "requests.memory"}, "0"),
    ],
)
def test_limits_are_told_in_whole_numbers(reference: dict[str, Any], value: str) -> None:
    limits = {"resources": {"limits": {"cpu": "500m"}}}
    assert _value({"resourceFieldRef": reference}, **limits) == value
