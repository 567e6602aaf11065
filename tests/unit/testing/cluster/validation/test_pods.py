# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Object
from tests.unit.testing.cluster.objects import (
    complaint,
    container,
    pod,
)

NOT_NEGATIVE = "must be greater than or equal to 0"
C = "spec.containers[0]"
PODS = [
    (container(image=""), f"{C}.image: Required value"),
    (container(imagePullPolicy="Maybe"), f'{C}.imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"'),
    (container(ports=[{"containerPort": 0}]), f"{C}.ports[0].containerPort: Required value"),
    (container(ports=[{"containerPort": 70000}]), f"{C}.ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"),
    (container(ports=[{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}]), f'{C}.ports[1].name: Duplicate value: "a"'),
    (container(ports=[{"containerPort": 1, "hostPort": 5}, {"containerPort": 2, "hostPort": 5}]), f'{C}.ports[1].hostPort: Duplicate value: "TCP//5"'),
    (container(env=[{"value": "1"}]), f"{C}.env[0].name: Required value"),
    (container(env=[{"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]), f'{C}.env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'),
    (container(env=[{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['x']"}}}]), ""),
    (container(env=[{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}]), ""),
    (container(envFrom=[{"secretRef": {}}]), f"{C}.envFrom[0].secretRef.name: Required value"),
    (container(volumeMounts=[{"name": "v", "mountPath": "/a"}]), f'{C}.volumeMounts[0].name: Not found: "v"'),
    (container(resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}), f'{C}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'),
    (container(resources={"limits": {"memory": "-1"}, "requests": {"memory": "-1"}}), f'[{C}.resources.limits[memory]: Invalid value: "-1": {NOT_NEGATIVE}, {C}.resources.requests[memory]: Invalid value: "-1": {NOT_NEGATIVE}]'),
    (container(resources={"requests": {"example.com/x": "1"}}), f"{C}.resources.limits: Required value: Limit must be set for non overcommitable resources"),
    (container(resources={"limits": {"example.com/x": "1"}}), ""),
    (container(livenessProbe={}), f"{C}.livenessProbe: Required value: must specify a handler type"),
    (container(livenessProbe={"exec": {"command": ["a"]}, "successThreshold": 2}), f"{C}.livenessProbe.successThreshold: Invalid value: 2: must be 1"),
    (container(lifecycle={"preStop": {"exec": {}}}), f"{C}.lifecycle.preStop.exec.command: Required value"),
    (container(securityContext={"runAsUser": -1}), f"{C}.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive"),
    (container(securityContext={"seccompProfile": {"type": "Odd"}}), f'{C}.securityContext.seccompProfile.type: Unsupported value: "Odd": supported values: "Localhost", "RuntimeDefault", "Unconfined"'),
    (pod(activeDeadlineSeconds=0), "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive"),
    (pod(dnsPolicy="None"), "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None"),
    (pod(volumes=[{"name": "a", "secret": {}}]), "spec.volumes[0].secret.secretName: Required value"),
    (pod(volumes=[{"name": "a", "emptyDir": {}, "hostPath": {"path": "/x"}}]), "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"),
    (pod(volumes=[{"name": "a", "configMap": {"name": "c", "items": [{"key": "k", "path": "../x"}]}}]), "spec.volumes[0].configMap.items[0].path: Invalid value: \"../x\": must not contain '..'"),
    (pod(volumes=[{"name": "a", "secret": {"secretName": "s", "defaultMode": 0o1000}}]), "spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive"),
    (pod(tolerations=[{"key": "a", "operator": "Exists", "value": "b"}]), "spec.tolerations[0].operator: Invalid value: \"b\": value must be empty when `operator` is 'Exists'"),
    (pod(topologySpreadConstraints=[{"maxSkew": 1, "topologyKey": "a", "whenUnsatisfiable": "No"}]), 'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "No": supported values: "DoNotSchedule", "ScheduleAnyway"'),
    (pod(affinity={"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}}), "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty"),
    (pod(hostPID=True, shareProcessNamespace=True, securityContext={"runAsUser": 1}), "spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled"),
    (pod(initContainers=[{"name": "main", "image": "a"}]), 'spec.initContainers[0].name: Duplicate value: "main"'),
    (pod(ephemeralContainers=[{"name": "e", "image": "a"}]), "spec.ephemeralContainers: Forbidden: cannot be set on create"),
]  # fmt: skip


@pytest.mark.parametrize(("new", "said"), PODS)
def test_a_wrong_pod_is_refused(new: Object, said: str) -> None:
    assert complaint(kinds.POD, new) == said
