"""One row per rule: what is wrong, and what the server says of it.

The texts were compared with a real server's: tests/contract/requests.
"""

# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Kind, Object
from tests.unit.testing.cluster import objects
from tests.unit.testing.cluster.objects import complaint, container, job, metadata, pod, service, stored

NOT_NEGATIVE = "must be greater than or equal to 0"
C = "spec.containers[0]"


def plain(**parts: Any) -> Object:
    return {"metadata": metadata()} | parts


GOOD: list[tuple[Kind, Object]] = [
    (kinds.JOB, job()),
    (kinds.POD, pod()),
    (kinds.SERVICE, service()),
    (kinds.CONFIG_MAP, plain(data={"a.b-c_D": "1"})),
    (kinds.SECRET, plain(data={"a": "AA=="})),
    (kinds.SERVICE_ACCOUNT, plain()),
    (kinds.EVENT, plain(involvedObject={"namespace": "here"})),
    (kinds.LEASE, plain(spec={"leaseDurationSeconds": 1})),
    (kinds.ROLE, plain(rules=[{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}])),
    (kinds.CLUSTER_ROLE, plain(rules=[{"verbs": ["get"], "nonResourceURLs": ["/healthz"]}])),
    (
        kinds.ROLE_BINDING,
        plain(roleRef={"kind": "Role", "name": "r"}, subjects=[{"kind": "User", "name": "u"}]),
    ),
    (
        kinds.RESOURCE_QUOTA,
        plain(spec={"hard": {"pods": "1", "count/jobs.batch": "2", "requests.cpu": "1500m"}}),
    ),
    (
        kinds.NODE,
        plain(spec={"taints": [{"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoExecute"}]}),
    ),
]


@pytest.mark.parametrize(("kind", "new"), GOOD, ids=lambda each: each.kind if isinstance(each, Kind) else "")
def test_what_is_good_is_taken_and_may_be_stored_again(kind: Kind, new: Object) -> None:
    assert complaint(kind, new) == ""
    made = stored(kind, new)
    again = {name: dict(part) if isinstance(part, dict) else part for name, part in made.items()}
    assert complaint(kind, again, made) == ""


JOBS = [
    (job(completionMode="Random"), 'spec.completionMode: Unsupported value: "Random": supported values: "NonIndexed", "Indexed"'),
    (job(completionMode="Indexed", parallelism=1), "spec.completions: Required value: when completion mode is Indexed"),
    (job(backoffLimitPerIndex=1), "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"),
    (job(managedBy="nobody"), 'spec.managedBy: Invalid value: "nobody": must be a domain-prefixed path (such as "acme.io/foo")'),
    (job(podReplacementPolicy="Never"), 'spec.podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", "TerminatingOrFailed"'),
    (job(template={"spec": pod(restartPolicy="Always")["spec"]}), 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'),
    (job(template={"spec": {**pod()["spec"], "containers": []}}), "spec.template.spec.containers: Required value"),
    (job(podFailurePolicy={"rules": [{"action": "Ignore"}]}), "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required"),
    (job(podFailurePolicy={"rules": [{"action": "FailJob", "onExitCodes": {"operator": "NotIn", "values": [2, 1]}}]}), "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1]: must be ordered"),
    (job(completionMode="Indexed", completions=2) | {"metadata": metadata(name="a.b")}, 'metadata.name: Invalid value: "a.b": will not able to create pod with invalid DNS label: a.b-1'),
]  # fmt: skip


@pytest.mark.parametrize(("new", "said"), JOBS)
def test_a_wrong_job_is_refused(new: Object, said: str) -> None:
    assert complaint(kinds.JOB, new) == said


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


OTHERS = [
    (kinds.SERVICE, service(ports=[]), "spec.ports: Required value"),
    (kinds.SERVICE, service(type="Magic"), 'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'),
    (kinds.SERVICE, service(type="NodePort", ports=[{"port": 1, "nodePort": 80}]), "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767"),
    (kinds.SERVICE, service(ports=[{"port": 1, "targetPort": "--"}]), "[spec.ports[0].targetPort: Invalid value: \"--\": must contain at least one letter (a-z), spec.ports[0].targetPort: Invalid value: \"--\": must not contain consecutive hyphens, spec.ports[0].targetPort: Invalid value: \"--\": must not begin or end with a hyphen]"),
    (kinds.CONFIG_MAP, plain(data={"..": "1"}), "data[..]: Invalid value: \"..\": must not be '..'"),
    (kinds.CONFIG_MAP, plain(data={"a": "x" * (1024 * 1024 + 1)}), ": Too long: may not be more than 1048576 bytes"),
    (kinds.SECRET, plain(type="kubernetes.io/tls"), "[data[tls.crt]: Required value, data[tls.key]: Required value]"),
    (kinds.SECRET, plain(type="kubernetes.io/service-account-token"), "metadata.annotations[kubernetes.io/service-account.name]: Required value"),
    (kinds.EVENT, plain(involvedObject={"namespace": "there"}), 'involvedObject.namespace: Invalid value: "there": does not match event.namespace'),
    (kinds.LEASE, plain(spec={"leaseDurationSeconds": 0}), "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"),
    (kinds.RESOURCE_QUOTA, plain(spec={"hard": {"pods": "1500m"}}), 'spec.hard[pods]: Invalid value: "1500m": must be an integer'),
    (kinds.RESOURCE_QUOTA, plain(spec={"scopes": ["BestEffort", "NotBestEffort"]}), 'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'),
    (kinds.LIMIT_RANGE, plain(spec={"limits": [{"type": "Pod", "min": {"cpu": "2"}, "max": {"cpu": "1"}}]}), 'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'),
    (kinds.ROLE, plain(rules=[{"verbs": ["get"]}]), "[rules[0].apiGroups: Required value: resource rules must supply at least one api group, rules[0].resources: Required value: resource rules must supply at least one resource]"),
    (kinds.CLUSTER_ROLE_BINDING, plain(roleRef={"kind": "ClusterRole", "name": "r"}, subjects=[{"kind": "ServiceAccount", "name": "s"}]), "subjects[0].namespace: Required value"),
    (kinds.NODE, plain(spec={"taints": [{"key": "a", "effect": "Never"}]}), 'metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'),
    (kinds.NAMESPACE, {"metadata": {"name": "a.b", "uid": objects.UID}}, 'metadata.name: Invalid value: "a.b": must not contain dots'),
    (kinds.CONFIG_MAP, {"metadata": metadata(labels={"a": "b c"})}, "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"),
    (kinds.CONFIG_MAP, {"metadata": metadata(finalizers=["nope"])}, 'metadata.finalizers[0]: Invalid value: "nope": name is neither a standard finalizer name nor is it fully qualified'),
    (kinds.CONFIG_MAP, {"metadata": metadata(generateName="A-", name="a")}, "metadata.generateName: Invalid value: \"A-\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "new", "said"), OTHERS)
def test_a_wrong_object_of_another_kind_is_refused(kind: Kind, new: Object, said: str) -> None:
    assert complaint(kind, new) == said


def changed(kind: Kind, new: Object, **spec: Any) -> str:
    """What is said of a change of a stored object's spec."""
    made = stored(kind, new)
    return complaint(kind, {**made, "spec": {**made["spec"], **spec}}, made)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"parallelism": 5, "activeDeadlineSeconds": 3, "suspend": True}, ""),
        ({"completions": 5}, "spec.completions: Invalid value: 5: field is immutable"),
        ({"managedBy": "a.b/c"}, 'spec.managedBy: Invalid value: "a.b/c": field is immutable'),
        ({"backoffLimit": -1}, f"spec.backoffLimit: Invalid value: -1: {NOT_NEGATIVE}"),
    ],
)
def test_what_may_change_of_a_job(spec: Any, said: str) -> None:
    assert changed(kinds.JOB, job(), **spec) == said


def test_the_template_of_a_job_stays() -> None:
    made = stored(kinds.JOB, job())
    template = {**made["spec"]["template"], "spec": {**made["spec"]["template"]["spec"], "hostNetwork": True}}
    assert changed(kinds.JOB, job(), template=template).endswith(": field is immutable")


def test_a_suspended_job_may_get_another_place_and_other_resources() -> None:
    made = stored(kinds.JOB, job(suspend=True))
    spec = made["spec"]["template"]["spec"]
    containers = [{**spec["containers"][0], "resources": {"limits": {"cpu": "1"}}}]
    template = {
        **made["spec"]["template"],
        "spec": {**spec, "nodeSelector": {"a": "b"}, "containers": containers},
    }
    assert changed(kinds.JOB, job(suspend=True), template=template) == ""


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"activeDeadlineSeconds": 5}, ""),
        ({"activeDeadlineSeconds": 50}, "spec.activeDeadlineSeconds: Invalid value: 50: must be less than or equal to previous value"),
        ({"tolerations": []}, ""),
        ({"containers": []}, "[spec.containers: Required value, spec.containers: Forbidden: pod updates may not add or remove containers]"),
    ],
)  # fmt: skip
def test_what_may_change_of_a_pod(spec: Any, said: str) -> None:
    assert changed(kinds.POD, pod(activeDeadlineSeconds=10), **spec) == said


def test_the_node_of_a_pod_does_not_change_by_itself() -> None:
    said = changed(kinds.POD, pod(), nodeName="there")
    assert said.startswith("spec: Forbidden: pod updates may not change fields other than")


def test_the_image_of_a_container_may_change() -> None:
    made = stored(kinds.POD, pod())
    assert changed(kinds.POD, pod(), containers=[{**made["spec"]["containers"][0], "image": "other:2"}]) == ""


def with_status(kind: Kind, new: Object, before: Any, after: Any) -> str:
    """What is said of a change of a stored object's status."""
    made = stored(kind, new)
    made = {**made, "status": {**made["status"], **before}}
    return complaint(kind, {**made, "status": {**made["status"], **after}}, made, subresource="status")


def held(*types: str) -> list[dict[str, str]]:
    return [{"type": each, "status": "True"} for each in types]


START = "2026-01-02T03:04:05Z"
DONE = {"startTime": START, "completionTime": START, "conditions": held("SuccessCriteriaMet", "Complete")}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"active": 1, "ready": 1, "startTime": START}, ""),
        ({}, DONE, ""),
        ({}, {"startTime": START, "conditions": held("FailureTarget", "Failed")}, ""),
        ({}, {"active": -1}, f"status.active: Invalid value: -1: {NOT_NEGATIVE}"),
        ({"failed": 2}, {"failed": 1}, "status.failed: Invalid value: 1: cannot decrease the failed counter"),
        ({}, {"active": 1, "ready": 2}, "status.ready: Invalid value: 2: cannot set more ready pods than active"),
        ({}, {**DONE, "active": 1}, "status.active: Invalid value: 1: active>0 is invalid for finished job"),
        ({}, {"startTime": START, "conditions": held("Failed")}, "status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition"),
        (DONE, {"conditions": held("SuccessCriteriaMet"), "completionTime": None}, "status.conditions: Invalid value: cannot disable the terminal Complete=True condition"),
        ({"startTime": START}, {"startTime": "2026-02-02T03:04:05Z"}, 'status.startTime: Invalid value: "2026-02-02T03:04:05Z": field is immutable for unsuspended job once set'),
    ],
)  # fmt: skip
def test_the_status_of_a_job_goes_forward(before: Any, after: Any, said: str) -> None:
    assert with_status(kinds.JOB, job(), before, after) == said


def ended(code: int) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "main", "state": {"terminated": {"exitCode": code}}}]}


RUNNING = {"containerStatuses": [{"name": "main", "state": {"running": {}}}]}


@pytest.mark.parametrize(
    ("policy", "code", "allowed"), [("Never", 1, False), ("OnFailure", 1, True), ("OnFailure", 0, False), ("Always", 0, True)]
)  # fmt: skip
def test_a_container_returns_only_where_it_is_restarted(policy: str, code: int, allowed: bool) -> None:
    said = with_status(kinds.POD, pod(restartPolicy=policy), ended(code), RUNNING)
    assert (said == "") is allowed


def test_the_address_of_a_service_stays() -> None:
    said = changed(kinds.SERVICE, service(), clusterIP="10.1.2.3", clusterIPs=["10.1.2.3"])
    assert said == 'spec.clusterIPs[0]: Invalid value: ["10.1.2.3"]: may not change once set'


def test_a_sealed_secret_does_not_change() -> None:
    made = stored(kinds.SECRET, plain(immutable=True, data={"a": "AA=="}))
    said = complaint(kinds.SECRET, {**made, "immutable": False, "data": {}}, made)
    assert said.count("field is immutable when `immutable` is set") == 2
    assert (
        complaint(kinds.SECRET, {**made, "metadata": {**made["metadata"], "labels": {"a": "b"}}}, made) == ""
    )


def test_what_a_binding_binds_stays() -> None:
    made = stored(kinds.ROLE_BINDING, plain(roleRef={"kind": "Role", "name": "r"}))
    said = complaint(kinds.ROLE_BINDING, {**made, "roleRef": {**made["roleRef"], "name": "s"}}, made)
    assert said.endswith("cannot change roleRef")


@pytest.mark.parametrize("field", ["uid", "creationTimestamp", "name"])
def test_who_an_object_is_does_not_change(field: str) -> None:
    made = stored(kinds.CONFIG_MAP, plain())
    said = complaint(kinds.CONFIG_MAP, {**made, "metadata": {**made["metadata"], field: "x"}}, made)
    assert said == f'metadata.{field}: Invalid value: "x": field is immutable'


def test_a_leaving_object_gets_no_new_finalizers() -> None:
    made = stored(kinds.CONFIG_MAP, plain())
    leaving = {**made, "metadata": {**made["metadata"], "deletionTimestamp": START}}
    new = {**leaving, "metadata": {**leaving["metadata"], "finalizers": ["a.b/c"]}}
    assert 'found new finalizers []string{"a.b/c"}' in complaint(kinds.CONFIG_MAP, new, leaving)


def test_an_object_has_one_controller() -> None:
    owners = [
        {"apiVersion": "v1", "kind": "Pod", "name": each, "uid": each, "controller": True} for each in "ab"
    ]
    said = complaint(kinds.CONFIG_MAP, {"metadata": metadata(ownerReferences=owners)})
    assert 'Found "true" in references for Pod/a and Pod/b' in said
