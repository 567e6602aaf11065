"""The environment and the command of a container, from its spec and what that refers to.

Rules: ``makeEnvironmentVariables`` in ``pkg/kubelet/kubelet_pods.go`` and the ``$(NAME)`` syntax of
``third_party/forked/golang/expansion``; messages are the kubelet's.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.local.fields import read_field, read_resource
from launcher_k8s.testing.local.machine import Capacity

Find = Callable[[Kind, str], Object | None]
"""Finds an object by its name in the pod's namespace."""

_REFERENCE: Final = re.compile(r"\$(?:\$|\(([^)]*)\))")
_VARIABLE_NAME: Final = re.compile(r"[^=\x00]+")


class ConfigError(Exception):
    """A container that cannot be made from its spec, for now (``CreateContainerConfigError``)."""


@attrs.frozen
class Command:
    """What a container runs.

    Args:
        args: The program and its arguments, expanded.
        env: Its environment.
    """

    args: tuple[str, ...]
    env: Mapping[str, str] = attrs.field(repr=False)


def container_command(
    pod: Object, container: Mapping[str, Any], *, find: Find, capacity: Capacity, base: Mapping[str, str]
) -> Command:
    """The command and environment of one container.

    Args:
        pod: The pod, its status up to date.
        container: The container's spec.
        find: Finds ConfigMaps and Secrets.
        capacity: What the node has.
        base: What every container's environment holds, services included.

    Raises:
        ConfigError: What is referred to is not there.
    """
    env = _from_sources(container.get("envFrom", ()), find)
    for variable in container.get("env", ()):
        value = _value(pod, container, variable, {**base, **env}, find=find, capacity=capacity)
        if value is not None:
            env[variable["name"]] = value
    env = {**base, **env}
    words = [*container.get("command", ()), *container.get("args", ())]
    return Command(tuple(expand(word, env) for word in words), env)


def expand(text: str, known: Mapping[str, str]) -> str:
    """Put variables in for ``$(NAME)``; an unknown one stays, ``$$`` is a dollar sign that begins none."""

    def put(match: re.Match[str]) -> str:
        if match[1] is None:
            return "$"
        return known.get(match[1], match[0])

    return _REFERENCE.sub(put, text)


def _from_sources(sources: list[dict[str, Any]], find: Find) -> dict[str, str]:
    env: dict[str, str] = {}
    for source in sources:
        for key, kind in (("configMapRef", kinds.CONFIG_MAP), ("secretRef", kinds.SECRET)):
            if key in source:
                found = _referred(kind, source[key], find)
                prefix = source.get("prefix", "")
                env |= {prefix + name: _text(value) for name, value in entries(found).items()}
    return {name: value for name, value in env.items() if _VARIABLE_NAME.fullmatch(name)}


def _value(
    pod: Object,
    container: Mapping[str, Any],
    variable: Mapping[str, Any],
    known: Mapping[str, str],
    *,
    find: Find,
    capacity: Capacity,
) -> str | None:
    source = variable.get("valueFrom")
    if not source:
        return expand(variable.get("value", ""), known)
    if reference := source.get("fieldRef"):
        return read_field(pod, reference["fieldPath"])
    if reference := source.get("resourceFieldRef"):
        return read_resource(_named(pod, reference.get("containerName"), container), reference, capacity)
    if reference := source.get("configMapKeyRef"):
        return _entry(pod, kinds.CONFIG_MAP, reference, find)
    return _entry(pod, kinds.SECRET, source["secretKeyRef"], find)


def _named(pod: Object, name: str | None, own: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = pod["spec"]
    every: list[Mapping[str, Any]] = [*spec.get("initContainers", []), *spec["containers"]]
    return next((each for each in every if each["name"] == name), own)


def _entry(pod: Object, kind: Kind, reference: Mapping[str, Any], find: Find) -> str | None:
    found = entries(_referred(kind, reference, find))
    if reference["key"] in found:
        return _text(found[reference["key"]])
    if reference.get("optional"):
        return None
    where = f"{pod['metadata']['namespace']}/{reference.get('name', '')}"
    raise ConfigError(f"couldn't find key {reference['key']} in {kind.kind} {where}")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _referred(kind: Kind, reference: Mapping[str, Any], find: Find) -> Object:
    found = find(kind, reference.get("name", ""))
    if found is not None:
        return found
    if reference.get("optional"):
        return {}
    raise ConfigError(missing(kind, reference.get("name", "")))


def missing(kind: Kind, name: str) -> str:
    """What the kubelet says of a ConfigMap or Secret that is not there."""
    return f"{kind.singular} {quoted(name)} not found"


def entries(content: Object) -> dict[str, bytes]:
    """What a ConfigMap or Secret holds."""
    data: Mapping[str, str] = content.get("data") or {}
    if content.get("kind") == "Secret":
        return {key: base64.b64decode(value) for key, value in data.items()}
    binary: Mapping[str, str] = content.get("binaryData") or {}
    plain = {key: value.encode() for key, value in data.items()}
    return plain | {key: base64.b64decode(value) for key, value in binary.items()}
