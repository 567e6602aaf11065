"""What the cluster adds to every pod from other objects: its service account's token, its priority.

The admission plugins ServiceAccount and Priority of Kubernetes, in ``plugin/pkg/admission/``.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Any, Final

from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import PRIORITY_CLASS, SERVICE_ACCOUNT, Object
from launcher_k8s.testing.cluster.names import generated_name
from launcher_k8s.testing.cluster.refusals import forbidden
from launcher_k8s.testing.cluster.store import Store, key_at

TOKEN_PATH: Final = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path
_TOKEN_SECONDS: Final = 3607
_SYSTEM_PRIORITIES: Final = {
    "system-cluster-critical": 2_000_000_000,
    "system-node-critical": 2_000_001_000,
}


def furnish_pod(store: Store, pod: Object, draw: Callable[[int], bytes]) -> Object:
    """The pod with what the cluster adds.

    Raises:
        Refusal: 403: a service account or priority class that is not there.
    """
    if not isinstance(pod.get("spec"), dict):
        return pod
    spec = dict(pod["spec"])
    _add_service_account(store, pod, spec, draw)
    _add_priority(store, pod, spec)
    return {**pod, "spec": spec}


def _add_service_account(store: Store, pod: Object, spec: Object, draw: Callable[[int], bytes]) -> None:
    name = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
    namespace = pod["metadata"]["namespace"]
    account = store.get(SERVICE_ACCOUNT, key_at(namespace, name))
    if account is None:
        problem = (
            f"error looking up service account {namespace}/{name}: serviceaccount {quoted(name)} not found"
        )
        raise forbidden("pods", _asked_name(pod), problem)
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    if account.content.get("imagePullSecrets") and not spec.get("imagePullSecrets"):
        spec["imagePullSecrets"] = account.content["imagePullSecrets"]
    mounts = spec.get("automountServiceAccountToken", account.content.get("automountServiceAccountToken"))
    if mounts is not False:
        _mount_token(spec, draw)


def _mount_token(spec: Object, draw: Callable[[int], bytes]) -> None:
    volume = generated_name("kube-api-access-", draw)
    needed = False
    for field in ("initContainers", "containers"):
        containers = spec.get(field)
        if not isinstance(containers, list):
            continue
        mounted = [_with_mount(each, volume) for each in containers]
        needed = needed or not all(map(is_, mounted, containers))
        spec[field] = mounted
    if needed:
        spec["volumes"] = [*(spec.get("volumes") or ()), _token_volume(volume)]


def _with_mount(container: Any, volume: str) -> Any:
    if not isinstance(container, dict):
        return container
    mounts = container.get("volumeMounts") or []
    for each in mounts:
        if isinstance(each, dict) and each.get("mountPath") == TOKEN_PATH:
            return container
    mount = {"name": volume, "readOnly": True, "mountPath": TOKEN_PATH}
    return {**container, "volumeMounts": [*mounts, mount]}


# The same for every pod, and shared by all: what is stored is never written into.
_TOKEN: Final[Object] = {
    "sources": [
        {"serviceAccountToken": {"expirationSeconds": _TOKEN_SECONDS, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {
            "downwardAPI": {
                "items": [
                    {
                        "path": "namespace",
                        "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
                    }
                ]
            }
        },
    ],
    "defaultMode": 420,
}


def _token_volume(name: str) -> Object:
    return {"name": name, "projected": _TOKEN}


def _add_priority(store: Store, pod: Object, spec: Object) -> None:
    name = spec.get("priorityClassName", "")
    priority, preemption = _SYSTEM_PRIORITIES.get(name, 0), "PreemptLowerPriority"
    if name and name not in _SYSTEM_PRIORITIES:
        found = store.get(PRIORITY_CLASS, name)
        if found is None:
            problem = f"no PriorityClass with name {name} was found"
            raise forbidden("pods", _asked_name(pod), problem)
        priority = found.content.get("value", 0)
        preemption = found.content.get("preemptionPolicy", preemption)
    spec.setdefault("priority", priority)
    spec.setdefault("preemptionPolicy", preemption)


def _asked_name(pod: Object) -> str:
    """The pod's name as its maker knows it: names are drawn only after this admission."""
    metadata = pod["metadata"]
    return str(metadata.get("generateName") or metadata.get("name", ""))
