from __future__ import annotations

from typing import Any

import pytest

from launcher_k8s.job import Job
from launcher_k8s.overrides import apply_overrides
from launcher_k8s.plan import plan_job
from launcher_k8s.schemas.library import load_schemas
from launcher_k8s.schemas.violations import violations
from launcher_k8s.settings import ClusterSettings, Override
from tests.unit.schemas.overriding import MAIN, POD

JOB = plan_job(Job.shell("true", image="i", cpus=1), ClusterSettings(), user="me").manifest


def found(*pairs: tuple[str, Any]) -> list[tuple[str, str, str, str]]:
    changed, _ = apply_overrides(dict(JOB), [Override(pointer, value) for pointer, value in pairs])
    findings = violations(changed, load_schemas("1.36"))
    return [(each.code, each.pointer, each.message, each.hint) for each in findings]


@pytest.mark.parametrize(
    ("pointer", "value", "place", "struct", "hint"),
    [
        (f"{POD}/hostAlias", [], "", "PodSpec", "did you mean hostAliases?"),
        (f"{POD}/hostaliases", [], "", "PodSpec", "did you mean hostAliases?"),
        ("/spec/hostAliases", [], "", "JobSpec", f"it belongs at {POD}/hostAliases"),
        (f"{POD}/imagePullPolicy", "Never", "", "PodSpec", f"it belongs at {MAIN}/imagePullPolicy"),
        (
            f"{POD}/securityContext",
            {"privileged": True},
            "/privileged",
            "PodSecurityContext",
            f"it belongs at {MAIN}/securityContext/privileged",
        ),
        (f"{MAIN}/env/-", {"name": "A", "valeu": "1"}, "", "EnvVar", "did you mean value?"),
        ("/spec/succeeded", 1, "", "JobSpec", "JobSpec has activeDeadlineSeconds, backoffLimit,"),
    ],
)
def test_an_unknown_field_is_told_with_what_was_meant(
    pointer: str, value: Any, place: str, struct: str, hint: str
) -> None:
    ((code, where, message, told),) = found((pointer, value))
    assert code == "unknown-field"
    assert where.startswith(pointer.replace("env/-", "env/0/valeu") + place)
    assert message == f"is no field of {struct} in Kubernetes 1.36"
    assert told.startswith(hint)


@pytest.mark.parametrize(
    ("pointer", "value", "message", "hint"),
    [
        ("/spec/parallelism", "2", 'is "2", a string; it must be an integer', "leave out the quotes"),
        ("/spec/parallelism", "two", 'is "two", a string; it must be an integer', ""),
        ("/spec/parallelism", 2.0, "is 2.0, a number; it must be an integer", ""),
        ("/spec/parallelism", True, "is true, a boolean; it must be an integer", ""),
        (f"{POD}/hostNetwork", "true", 'is "true", a string; it must be a boolean', "leave out the quotes"),
        (f"{POD}/hostNetwork", 1, "is 1, an integer; it must be a boolean", ""),
        (f"{POD}/nodeName", 7, "is 7, an integer; it must be a string", "put it in quotes"),
        (f"{POD}/tolerations", {}, "is an object; it must be a list", "put it in brackets: [...]"),
        (
            f"{POD}/tolerations",
            {"9": {}},
            "is an object; it must be a list",
            "write /- for the index: the list is not there yet",
        ),
        (f"{POD}/securityContext", [], "is a list; it must be an object", ""),
        ("/metadata/labels/a.b~1c", 1, "is 1, an integer; it must be a string", "put it in quotes"),
        (
            f"{MAIN}/resources/limits/gpu",
            True,
            "is true, a boolean; it must be a string or a number",
            "put it in quotes",
        ),
        (f"{MAIN}/name", None, "is null; it must be a string", ""),
    ],
)
def test_a_wrong_type_is_told_with_what_to_write(pointer: str, value: Any, message: str, hint: str) -> None:
    assert found((pointer, value)) == [("wrong-type", pointer, message, hint)]


def test_a_missing_field_is_told_at_its_place() -> None:
    assert found((f"{MAIN}/ports", [{"protocol": "TCP"}])) == [
        (
            "missing-field",
            f"{MAIN}/ports/0/containerPort",
            "is missing: ContainerPort in Kubernetes 1.36 must have it",
            "set containerPort",
        )
    ]


def test_several_missing_fields_are_told_each_once() -> None:
    places = [pointer for _, pointer, _, _ in found((f"{MAIN}/volumeMounts", [{}, {}]))]
    mounts = f"{MAIN}/volumeMounts"
    assert places == [f"{mounts}/{index}/{field}" for index in (0, 1) for field in ("mountPath", "name")]


@pytest.mark.parametrize(("value", "bits"), [(2**31, 32), (-(2**31) - 1, 32)])
def test_a_number_that_does_not_fit_is_told(value: int, bits: int) -> None:
    expected = ("wrong-value", "/spec/completions", f"is {value}, which {bits} bits cannot hold", "")
    assert found(("/spec/completions", value)) == [expected]
    assert found(("/spec/activeDeadlineSeconds", value)) == []


def test_another_version_of_the_api_is_told() -> None:
    expected = ("wrong-value", "/apiVersion", 'is "batch/v1beta1", expected "batch/v1"', "")
    assert found(("/apiVersion", "batch/v1beta1")) == [expected]


@pytest.mark.parametrize("kind", ["Pod", None, 3, ["Job"]])
def test_an_object_of_another_kind_is_told(kind: Any) -> None:
    ((code, pointer, message, _),) = found(("/kind", kind))
    assert (code, pointer) == ("wrong-value", "/kind")
    assert message.endswith("expected Job or Service")


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        (f"{POD}/hostAliases", None),
        (f"{MAIN}/resources/limits/cpu", None),
        (f"{MAIN}/resources/limits/cpu", 2.5),
        (f"{MAIN}/livenessProbe", {"httpGet": {"port": "web"}}),
        (f"{MAIN}/livenessProbe", {"httpGet": {"port": 80}}),
        (f"{POD}/nodeSelector", {"eks.amazonaws.com/compute-type": "fargate"}),
    ],
)
def test_what_the_server_takes_is_no_finding(pointer: str, value: Any) -> None:
    assert found((pointer, value)) == []


@pytest.mark.parametrize("place", [f"{MAIN}/env/-", "/metadata/annotations"])
def test_what_may_be_secret_is_not_quoted(place: str) -> None:
    value: Any = {"name": "PIN", "value": 4711} if place.endswith("-") else {**JOB["metadata"]["annotations"]}
    if isinstance(value, dict) and "name" not in value:
        value["pin"] = 4711
    ((_, _, message, hint),) = found((place, value))
    assert message == "is an integer; it must be a string"
    assert hint == "put it in quotes"


def test_findings_come_by_place_and_lists_by_number() -> None:
    ports = [{"containerPort": "1"} for _ in range(11)]
    places = [pointer for _, pointer, _, _ in found((f"{MAIN}/ports", ports), ("/spec/parallelism", "1"))]
    assert places == ["/spec/parallelism", *(f"{MAIN}/ports/{index}/containerPort" for index in range(11))]
