from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from launcher_k8s.diagnostics import Severity
from launcher_k8s.job import ExposedPort, Job, ResourceLimit
from launcher_k8s.manifest import build_job, build_service, check, job_data, lost_identification

JOB = attrs.evolve(
    Job.shell(
        "make all",
        name="build",
        user="me",
        image="r:4",
        env={"A": "1", "EMPTY": ""},
        secrets=["s:k:SECRET"],
        tags=["one", "two"],
        ports=[80, ExposedPort(53, "UDP", 5353)],
        stdin="input",
        metadata={"a": 1, "pod": {"labels": {"x": "y"}}},
        placement_constraints=["arch:amd64"],
        working_directory="/w",
        service_account="007",
        run_as_user_id=1000,
    ),
    id="build-abcdefgh",
    instance_id="inst",
    resource_limits=(ResourceLimit("cpuCount", "1"), ResourceLimit("memory", "512")),
)
DATA = job_data(
    JOB,
    volumes=[{"name": "mount0", "hostPath": {"path": "/d"}}],
    volume_mounts=[{"name": "mount0", "mountPath": "/d"}],
)
GONE = object()

POD = "spec.template.spec"
NOTES = "spec.template.metadata.annotations"
ENVIRONMENT = build_job(DATA)["spec"]["template"]["spec"]["containers"][0]["env"]
MAIN = "spec.template.spec.containers[0]"


def changed(path: str, value: Any, manifest: dict[str, Any] | None = None) -> dict[str, Any]:
    whole = copy.deepcopy(manifest or build_job(DATA))
    node: Any = whole
    tokens = [
        int(t) if t.isdigit() else t
        for t in path.replace("[", "/").replace("]", "").replace(".", "/").split("/")
    ]
    for token in tokens[:-1]:
        node = node[token]
    if value is GONE:
        del node[tokens[-1]]
    else:
        node[tokens[-1]] = value
    return whole


@pytest.mark.parametrize(
    ("path", "value", "code", "message"),
    [
        ("apiVersion", "v1", "job-api-version", 'is "v1", expected "batch/v1"'),
        ("spec.backoffLimit", 6, "backoff-limit", "is 6, expected 0"),
        ("spec.backoffLimit", False, "backoff-limit", "is a boolean (false), expected an integer (0)"),
        (f"{POD}.restartPolicy", "OnFailure", "restart-policy", 'is "OnFailure", expected "Never"'),
        (f"{MAIN}.name", "main", "container-name", 'is "main", expected "rs-launcher-container"'),
        (f"{MAIN}.stdinOnce", False, "stdin-once", "is false, expected true"),
        (f"{MAIN}.stdin", GONE, "stdin", "is false, expected true"),
        ("metadata.generateName", GONE, "generate-name", 'is missing, expected "build-"'),
        ("spec.template.metadata.generateName", None, "pod-generate-name", 'is missing, expected "build-"'),
        (f"{NOTES}.user", "you", "user", 'is "you", expected "me"'),
        (f"{NOTES}.name", GONE, "name", 'is missing, expected "build"'),
        (f"{NOTES}.stdin", GONE, "stdin-annotation", "is missing"),
        (f"{NOTES}.stdin", "other", "stdin-annotation", "is not the job's"),
        (f"{NOTES}.service_ports", "[80", "service-ports", "does not hold JSON"),
        (f"{NOTES}.service_ports", "[]", "service-ports", "is not the job's"),
        (f"{NOTES}.USER_TAG_1", GONE, "tags", "missing: USER_TAG_1"),
        (f"{NOTES}.USER_TAG_0", "two", "tags", "not the job's: USER_TAG_0"),
        (f"{NOTES}.user_metadata", GONE, "user-metadata", "is missing"),
        ("spec.template.metadata.labels.x", GONE, "pod-labels", "missing: x"),
        (f"{POD}.shareProcessNamespace", GONE, "share-process-namespace", "is missing, expected true"),
        (f"{MAIN}.image", "other", "image", 'is "other", expected "r:4"'),
        (f"{MAIN}.command", ["make"], "command", 'is ["make"], expected ["/bin/sh"]'),
        (f"{MAIN}.args", ["-c", "make"], "args", 'is ["-c", "make"], expected ["-c", "make all"]'),
        (f"{MAIN}.workingDir", GONE, "working-directory", 'is missing, expected "/w"'),
        (f"{MAIN}.env", [{"name": "A"}], "environment", "missing: EMPTY, SECRET; not the job's: A"),
        (f"{MAIN}.env", GONE, "environment", "is missing, expected a list"),
        (f"{MAIN}.resources.limits.cpu", "2", "resources", "limits: cpu is 2, expected 1"),
        (f"{MAIN}.resources.limits.cpu", "lots", "resources", "limits: cpu 'lots' is not a quantity"),
        (f"{MAIN}.resources.limits", GONE, "resources", "limits: cpu is missing, expected 1; memory"),
        (f"{POD}.volumes[0]", {"name": "mount0"}, "volumes", "missing or not the job's: mount0"),
        (f"{MAIN}.volumeMounts", GONE, "volume-mounts", "is missing, expected a list"),
        (f"{POD}.nodeSelector", GONE, "node-selector", "is missing, expected a mapping; missing: arch"),
        (f"{POD}.securityContext.runAsUser", "1000", "run-as-user", "is a string"),
        (f"{POD}.serviceAccountName", 7, "service-account", 'is an integer (7), expected a string ("007")'),
        (f"{MAIN}.ports[0].protocol", GONE, "container-ports", "missing or not the job's"),
    ],
)  # fmt: skip
def test_a_broken_fact_of_the_job_is_found(path: str, value: Any, code: str, message: str) -> None:
    [finding] = check(changed(path, value), DATA)
    assert (finding.code, finding.message[: len(message)]) == (code, message)
    assert path.startswith(finding.path)
    assert finding.hint


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("metadata.name", "other", "service-name"),
        ("metadata.labels", {}, "service-job-name"),
        ("spec.selector", {"app": "x"}, "service-selector"),
        ("spec.type", "ExternalName", "service-type"),
        ("spec.ports", [], "service-port-list"),
        ("spec.ports", None, "service-port-list"),
        ("spec.ports", [{"port": 80, "protocol": "UDP"}], "service-port-list"),
        ("apiVersion", "v2", "service-api-version"),
    ],
)
def test_a_broken_fact_of_the_service_is_found(path: str, value: Any, code: str) -> None:
    assert [finding.code for finding in check(changed(path, value, build_service(DATA)), DATA)] == [code]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{POD}.hostAliases", [{"ip": "10.0.0.1", "hostnames": ["db"]}]),
        (f"{MAIN}.imagePullPolicy", "Always"),
        (f"{MAIN}.resources", {"limits": {"cpu": "1000m", "memory": "0.512G", "ephemeral-storage": "1Gi"}}),
        (f"{MAIN}.env", [*ENVIRONMENT, {"name": "B"}]),
        (f"{MAIN}.env", [{"name": "A", "value": "old"}, {"name": "EMPTY"}, *ENVIRONMENT]),
        (f"{NOTES}.service_ports", '[ {"targetPort": 80, "protocol": "TCP"} ]'),
        (f"{NOTES}.more", "text"),
        ("spec.ttlSecondsAfterFinished", 60),
    ],
)  # fmt: skip
def test_what_templates_may_add_or_write_otherwise_is_no_finding(path: str, value: Any) -> None:
    assert check(changed(path, value), DATA) == ()


def test_a_service_may_be_of_any_type_the_launcher_knows() -> None:
    assert check(changed("spec.type", "LoadBalancer", build_service(DATA)), DATA) == ()


@pytest.mark.parametrize("version", [(1, 0, 0), (2, 0, 0), (2, 1, 0), (2, 3, 0), (2, 4, 0)])
def test_what_a_version_cannot_know_is_not_asked_for(version: tuple[int, int, int]) -> None:
    manifest = build_job(DATA)
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    newer = {
        (2, 1, 0): ("user-metadata", "pod-labels"),
        (2, 3, 0): ("pod-managed-by",),
        (2, 4, 0): ("pod-instance",),
    }
    labels.clear()
    del manifest["spec"]["template"]["metadata"]["annotations"]["user_metadata"]
    expected = [code for since, codes in newer.items() if since <= version for code in codes]
    assert [finding.code for finding in check(manifest, DATA, version=version)] == expected


def test_a_suppressed_copy_of_the_standard_input_is_a_warning() -> None:
    [finding] = check(build_job(DATA, stdin_annotation=False), DATA)
    assert (finding.code, finding.severity) == ("stdin-annotation", Severity.WARNING)


def test_without_standard_input_nobody_misses_its_copy() -> None:
    data = job_data(Job.shell("x"))
    assert check(build_job(data, stdin_annotation=False), data) == ()


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (f"{NOTES}.costCenter", 4711, "an integer"),
        ("metadata.labels.x", True, "a boolean"),
        (f"{POD}.nodeSelector.gpu", None, "null"),
    ],
)
def test_a_value_that_must_be_a_string_is_found(path: str, value: Any, shown: str) -> None:
    findings = [finding for finding in check(changed(path, value), DATA) if finding.code == "not-a-string"]
    assert [(f.path, f.message) for f in findings] == [(path, f"is {shown}, expected a string")]
    assert "quote" in findings[0].hint


def test_an_environment_value_that_is_no_string_is_found() -> None:
    env = build_job(DATA)["spec"]["template"]["spec"]["containers"][0]["env"]
    codes = [f.code for f in check(changed(f"{MAIN}.env", [*env, {"name": "PORT", "value": 80}]), DATA)]
    assert codes == ["not-a-string"]


def test_a_mount_without_volume_is_found() -> None:
    mounts = [
        {"name": "mount0", "mountPath": "/d"},
        {"name": "mont1", "mountPath": "/e"},
        {"mountPath": "/f"},
    ]
    findings = check(changed(f"{MAIN}.volumeMounts", mounts), DATA)
    assert [(f.code, f.path) for f in findings] == [
        ("mount-without-volume", f"{MAIN}.volumeMounts[1].name"),
        ("mount-without-volume", f"{MAIN}.volumeMounts[2].name"),
    ]


def test_no_value_is_found_anywhere() -> None:
    [finding] = check(changed(f"{POD}.hostAliases", [{"ip": "<no value>"}]), DATA)
    assert (finding.code, finding.path) == ("no-value", f"{POD}.hostAliases[0].ip")


@pytest.mark.parametrize("text", ["end ", "end\n", " start", "a \nb"])
def test_a_blank_at_an_end_is_found(text: str) -> None:
    [finding] = check(changed(f"{MAIN}.imagePullPolicy", text), DATA)
    assert (finding.code, finding.severity) == ("blank-at-end", Severity.WARNING)


def test_blanks_and_no_value_that_the_job_itself_says_are_no_finding() -> None:
    data = job_data(Job.shell("echo ' '  ", user="me", tags=["<no value>", " x \n"], env={"A": "\n"}))
    assert check(build_job(data), data) == ()


def test_secret_texts_are_never_quoted() -> None:
    job = Job.shell("x", user="me", env={"TOKEN": "s3cr3t"}, stdin="s3cr3t-in")
    data = job_data(job)
    manifest = build_job(data)
    manifest["spec"]["template"]["metadata"]["annotations"]["stdin"] = "other-s3cr3t"
    manifest["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = "other-s3cr3t"
    findings = check(manifest, data)
    assert [finding.code for finding in findings] == ["stdin-annotation", "environment"]
    assert "s3cr3t" not in " ".join(map(str, findings))


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("kind", "Service", "job-kind"),
        ("kind", GONE, "job-kind"),
        ("apiVersion", "batch/v1beta1", "job-api-version"),
        ("metadata.generateName", GONE, "generate-name"),
        ("metadata.generateName", "", "generate-name"),
        (f"{MAIN}.name", "sidecar", "container-name"),
        (f"{POD}.containers", [], "container-name"),
        (f"{NOTES}.user", None, "user"),
        (f"{NOTES}.user", 1000, "user"),
        (f"{NOTES}.name", "", "name"),
        (f"{NOTES}.service_ports", GONE, "service-ports"),
    ],
)
def test_lost_identification_is_found(path: str, value: Any, code: str) -> None:
    [finding] = lost_identification(changed(path, value))
    assert finding.code == code


@pytest.mark.parametrize(
    "change",
    [
        lambda: changed(f"{NOTES}.user", "somebody"),
        lambda: changed(f"{POD}.restartPolicy", "OnFailure"),
        lambda: changed("metadata.labels", GONE),
    ],
)
def test_everything_else_does_not_lose_identification(change: Callable[[], dict[str, Any]]) -> None:
    assert lost_identification(change()) == ()


def test_a_finding_shows_where_what_and_what_to_do() -> None:
    [finding] = check(changed("spec.backoffLimit", 6), DATA)
    assert str(finding) == (
        "spec.backoffLimit: error: is 6, expected 0 (Kubernetes would run a failed job again)"
    )


def test_findings_in_a_service_say_so() -> None:
    assert {finding.kind for finding in check({"kind": "Service"}, DATA)} == {"Service"}
