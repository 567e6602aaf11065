"""ConfigMaps, Secrets, Events, claims, leases and priority classes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from launcher_k8s.testing.cluster.amounts import amount_value
from launcher_k8s.testing.cluster.causes import Cause, forbidden, invalid, not_supported, required, too_long
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.validation import checks

_LARGEST: Final = 1024 * 1024
_SEALED: Final = "field is immutable when `immutable` is set"
_REDACTED: Final = "<secret contents redacted>"
_ACCOUNT: Final = "kubernetes.io/service-account.name"
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_BASIC: Final = ("username", "password")
_ACCESS_MODES: Final = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_CLAIM_FIXED: Final = (
    "spec is immutable after creation except resources.requests and "
    "volumeAttributesClassName for bound claims\n"
)


def check_config_map(new: Object, old: Object | None) -> list[Cause]:
    """A ConfigMap: keys, size, and nothing of a sealed one changes."""
    data, binary = new.get("data") or {}, new.get("binaryData") or {}
    found = _check_sealed(new, old, ("data", "binaryData"))
    for key in data:
        found += checks.named(f"data[{key}]", key, checks.config_key_problems)
        if key in binary:
            found.append(invalid(f"data[{key}]", key, "duplicate of key present in binaryData"))
    for key in binary:
        found += checks.named(f"binaryData[{key}]", key, checks.config_key_problems)
    size = sum(len(value.encode()) for value in data.values()) + sum(map(_decoded_size, binary.values()))
    if size > _LARGEST:
        found.append(too_long("", _LARGEST))
    return found


def check_secret(new: Object, old: Object | None) -> list[Cause]:
    """A Secret: keys, size, what its type demands, and nothing of a sealed one changes."""
    data, kind = new.get("data") or {}, new["type"]
    found = [] if old is None else checks.unchanged("type", kind, old["type"])
    found += _check_sealed(new, old, ("data",))
    for key in data:
        found += checks.named(f"data[{key}]", key, checks.config_key_problems)
    if sum(map(_decoded_size, data.values())) > _LARGEST:
        found.append(too_long("data", _LARGEST))
    missing = [part for part in _PARTS.get(kind, ()) if part not in data]
    found += [required(f"data[{part}]") for part in missing]
    if kind == "kubernetes.io/basic-auth" and not any(part in data for part in _BASIC):
        found += [required(f"data[{part}]") for part in _BASIC]
    if kind.startswith("kubernetes.io/dockerc") and not missing:
        found += _check_json(f"data[{_PARTS[kind][0]}]", data[_PARTS[kind][0]])
    if kind == "kubernetes.io/service-account-token":
        found += _check_account(new["metadata"])
    return found


def check_event(new: Object, _old: Object | None) -> list[Cause]:
    """An event lies in the namespace of what it is about."""
    own = new["metadata"].get("namespace", "")
    about = new["involvedObject"].get("namespace", "")
    if about == own or (not about and own == "default"):
        return []
    return [invalid("involvedObject.namespace", about, "does not match event.namespace")]


def check_claim(new: Object, old: Object | None) -> list[Cause]:
    """A claim on a volume; of a stored one only the size may change, once bound."""
    spec = new["spec"]
    modes = spec.get("accessModes") or ()
    found = [] if modes else [required("spec.accessModes", "at least 1 access mode is required")]
    found += [
        not_supported("spec.accessModes", mode, _ACCESS_MODES) for mode in modes if mode not in _ACCESS_MODES
    ]
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        text = "may not use ReadWriteOncePod with other access modes"
        found.append(forbidden("spec.accessModes", text))
    asked = (spec.get("resources", {}).get("requests") or {}).get("storage")
    if asked is None:
        found.append(required("spec.resources[storage]"))
    elif amount_value(asked) <= 0:
        found.append(invalid("spec.resources[storage]", asked, "must be greater than zero"))
    if spec.get("storageClassName"):
        found += checks.named("spec.storageClassName", spec["storageClassName"], checks.subdomain)
    found += checks.supported("spec.volumeMode", spec.get("volumeMode"), ("Block", "Filesystem"))
    return found if old is None else found + _check_claim_change(new, old)


def check_lease(new: Object, _old: Object | None) -> list[Cause]:
    """A lease."""
    spec = new.get("spec") or {}
    found = []
    duration = spec.get("leaseDurationSeconds")
    if duration is not None and duration <= 0:
        found.append(invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"))
    return found + checks.not_negative("spec.leaseTransitions", spec.get("leaseTransitions"))


def check_priority_class(new: Object, old: Object | None) -> list[Cause]:
    """A priority class; its value never changes."""
    if old is None:
        return []
    text = "may not be changed in an update."
    return [forbidden(name, text) for name in ("value", "preemptionPolicy") if new.get(name) != old.get(name)]


def _check_claim_change(new: Object, old: Object) -> list[Cause]:
    bound = new["status"].get("phase") == "Bound"
    free = {"resources", "volumeAttributesClassName"} if bound else set()
    if "volumeName" not in old["spec"]:
        free.add("volumeName")

    def fixed(spec: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in spec.items() if name not in free}

    return [] if fixed(new["spec"]) == fixed(old["spec"]) else [forbidden("spec", _CLAIM_FIXED)]


def _check_sealed(new: Object, old: Object | None, parts: tuple[str, ...]) -> list[Cause]:
    if old is None or not old.get("immutable"):
        return []
    found = [] if new.get("immutable") else [forbidden("immutable", _SEALED)]
    return found + [forbidden(part, _SEALED) for part in parts if new.get(part) != old.get(part)]


def _check_json(where: str, encoded: str) -> list[Cause]:
    try:
        content = json.loads(base64.b64decode(encoded))
    except ValueError:
        return [invalid(where, _REDACTED, "unexpected end of JSON input")]
    if isinstance(content, dict):
        return []
    text = "json: cannot unmarshal into Go value of type map[string]interface {}"
    return [invalid(where, _REDACTED, text)]


def _check_account(metadata: Mapping[str, Any]) -> list[Cause]:
    named = (metadata.get("annotations") or {}).get(_ACCOUNT)
    return [] if named else [required(f"metadata.annotations[{_ACCOUNT}]")]


def _decoded_size(encoded: str) -> int:
    return len(encoded) * 3 // 4 - encoded.count("=")
