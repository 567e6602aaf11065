"""Environments of containers (``ValidateEnv``, ``ValidateEnvFrom``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import Cause, invalid, not_supported, required
from launcher_k8s.testing.cluster.validation import checks

_NAME: Final = re.compile("[ -<>-~]+")
_NAME_TEXT: Final = (
    "a valid environment variable name must consist only of printable ASCII characters other than '='"
)
_FIELDS: Final = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_OTHER_POD_FIELDS: Final = (
    "metadata.annotations",
    "metadata.labels",
    "spec.restartPolicy",
    "spec.schedulerName",
    "status.phase",
)
_SUBSCRIPTED: Final = re.compile(r"(metadata\.(?:labels|annotations))\['([^']*)'\]")
_RESOURCES: Final = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_SOURCES: Final = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_ONE_SOURCE: Final = (
    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
)
_MORE: Final = "may not have more than one field specified at a time"


def check_variables(where: str, variables: Sequence[Mapping[str, Any]]) -> list[Cause]:
    """The variables of a container."""
    found: list[Cause] = []
    for index, variable in enumerate(variables):
        name = variable.get("name", "")
        if not name:
            found.append(required(f"{where}[{index}].name"))
        elif not _NAME.fullmatch(name):
            found.append(invalid(f"{where}[{index}].name", name, _NAME_TEXT))
        if "valueFrom" in variable:
            found += _check_source(f"{where}[{index}].valueFrom", variable)
    return found


def check_sources(where: str, sources: Sequence[Mapping[str, Any]]) -> list[Cause]:
    """ConfigMaps and Secrets taken as a whole."""
    found: list[Cause] = []
    for index, source in enumerate(sources):
        place = f"{where}[{index}]"
        given = [name for name in ("configMapRef", "secretRef") if name in source]
        for name in given:
            reference = source[name].get("name", "")
            found += (
                checks.named(f"{place}.{name}.name", reference, checks.subdomain)
                if reference
                else [required(f"{place}.{name}.name")]
            )
        if not given:
            found.append(invalid(where, "", "must specify one of: `configMapRef` or `secretRef`"))
        elif len(given) > 1:
            found.append(invalid(where, "", _MORE))
    return found


def _check_source(where: str, variable: Mapping[str, Any]) -> list[Cause]:
    source = variable["valueFrom"]
    given = [name for name in _SOURCES if name in source]
    found: list[Cause] = []
    for name in given:
        found += _check_reference(f"{where}.{name}", name, source[name])
    if not given:
        found.append(invalid(where, "", _ONE_SOURCE))
    elif variable.get("value"):
        found.append(invalid(where, "", "may not be specified when `value` is not empty"))
    elif len(given) > 1:
        found.append(invalid(where, "", _MORE))
    return found


def _check_reference(where: str, name: str, reference: Mapping[str, Any]) -> list[Cause]:
    match name:
        case "fieldRef":
            return _check_field(where, reference)
        case "resourceFieldRef":
            resource = reference.get("resource", "")
            if not resource:
                return [required(f"{where}.resource")]
            known = resource in _RESOURCES or resource.partition(".")[2].startswith("hugepages-")
            return [] if known else [not_supported(f"{where}.resource", resource, _RESOURCES)]
        case _:
            return _check_key(where, reference)


def _check_key(where: str, reference: Mapping[str, Any]) -> list[Cause]:
    found = checks.named(f"{where}.name", reference.get("name", ""), checks.subdomain)
    if not reference.get("key"):
        return [*found, required(f"{where}.key")]
    return found + checks.named(f"{where}.key", reference["key"], checks.config_key_problems)


def _check_field(where: str, reference: Mapping[str, Any]) -> list[Cause]:
    path = reference.get("fieldPath", "")
    if not path:
        return [required(f"{where}.fieldPath")]
    subscripted = _SUBSCRIPTED.fullmatch(path)
    if subscripted:
        return checks.named(where, subscripted[2], checks.qualified_name)
    if path in _FIELDS:
        return []
    if path in _OTHER_POD_FIELDS:
        return [not_supported(f"{where}.fieldPath", path, _FIELDS)]
    text = f"error converting fieldPath: field label not supported: {path}"
    return [invalid(f"{where}.fieldPath", path, text)]
