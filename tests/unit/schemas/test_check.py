from __future__ import annotations

import time
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from launcher_k8s.errors import InvalidJobError, LauncherError, NotSupportedError
from launcher_k8s.finding import Finding
from launcher_k8s.job import Job
from launcher_k8s.origin import JOB as FROM_JOB
from launcher_k8s.plan import JobPlan, plan_job
from launcher_k8s.schemas import check_schema, findings_in, without_repeated
from launcher_k8s.settings import ClusterSettings
from tests.strategies import jobs
from tests.unit.schemas.overriding import POD, origin_of, overriding

JOB = Job.shell("make", name="build", image="r:4", cpus=1, mem_mb=512, ports=[8080])


def planned(*pairs: tuple[str, Any], job: Job = JOB) -> JobPlan:
    return plan_job(job, overriding(*pairs), user="me")


def found(*pairs: tuple[str, Any]) -> list[Finding]:
    return list(check_schema(planned(*pairs), kubernetes="1.36"))


@given(job=jobs())
@settings(max_examples=60)
def test_what_the_built_in_manifest_makes_of_any_job_is_sound(job: Job) -> None:
    try:
        plan = plan_job(job, ClusterSettings(), user="me")
    except LauncherError:
        return
    assert [each for each in check_schema(plan) if "initContainers" not in each.place] == []


def test_a_misspelt_field_is_told_with_the_override_and_what_was_meant() -> None:
    (finding,) = found((f"{POD}/hostAlias", [{"ip": "10.2.141.12", "hostnames": ["db01"]}]))
    assert (finding.code, finding.kind, finding.pointer) == ("unknown-field", "Job", f"{POD}/hostAlias")
    assert finding.message == (
        "is no field of PodSpec in Kubernetes 1.36, "
        "by the override '/spec/template/spec/hostAlias' from /etc/o/0.json"
    )
    assert finding.hint == "did you mean hostAliases?"
    assert finding.origin == origin_of(0)


def test_each_finding_names_the_override_that_it_is_from() -> None:
    findings = found((f"{POD}/zzz", 1), (f"{POD}/hostNetwork", "true"), ("/metadata/labelz", {}))
    assert {each.pointer: each.origin for each in findings} == {
        f"{POD}/zzz": origin_of(0),
        f"{POD}/hostNetwork": origin_of(1),
        "/metadata/labelz": origin_of(2),
    }


def test_what_a_job_itself_says_wrong_has_the_job_as_origin() -> None:
    job = attrs.evolve(JOB, metadata={"pod": {"initContainers": [{"name": "first", "imagee": "x"}]}})
    (finding,) = check_schema(planned(job=job))
    assert (finding.code, finding.place[-1], finding.origin) == ("unknown-field", "imagee", FROM_JOB)


def test_a_plans_service_is_checked_too() -> None:
    plan = planned()
    assert plan.service is not None
    spoiled = replace(plan, service={**plan.service, "spec": {"prots": []}})
    (finding,) = check_schema(spoiled)
    assert (finding.kind, finding.pointer, finding.hint) == ("Service", "/spec/prots", "did you mean ports?")


def test_one_object_is_checked_as_it_is() -> None:
    assert check_schema(planned().manifest) == ()
    (finding,) = check_schema({"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{}]}})
    assert (finding.pointer, finding.code, finding.origin) == ("/spec/ports/0/port", "missing-field", None)


@pytest.mark.parametrize("version", ["1.25", "1.36", "1.36.3", "v1.36.0"])
def test_a_version_of_kubernetes_can_be_named(version: str) -> None:
    (finding,) = check_schema(planned((f"{POD}/hostAlias", [])), kubernetes=version)
    assert f"Kubernetes {'.'.join(version.removeprefix('v').split('.')[:2])}," in finding.message


def test_a_field_that_came_later_is_unknown_before() -> None:
    plan = planned((f"{POD}/resources", {"limits": {"cpu": "1"}}))
    assert [each.code for each in check_schema(plan, kubernetes="1.31")] == ["unknown-field"]
    assert check_schema(plan, kubernetes="1.36") == ()


@pytest.mark.parametrize("version", ["1.24", "1.99", "36", "", "1.36-alpha"])
def test_a_version_without_schemas_is_refused_with_those_there_are(version: str) -> None:
    with pytest.raises(NotSupportedError, match="no schemas of Kubernetes") as error:
        check_schema(planned(), kubernetes=version)
    assert error.value.hint.startswith("there are those of 1.25 to 1.")


@pytest.mark.parametrize("wrong", [1, None, "job", JOB])
def test_what_is_neither_a_plan_nor_an_object_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidJobError, match="neither a plan nor an object"):
        check_schema(wrong)


def test_a_version_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidJobError, match="kubernetes"):
        check_schema(planned(), kubernetes=1.36)  # type: ignore[arg-type]


def test_a_second_plan_costs_no_reading_of_schemas() -> None:
    plan = planned()
    check_schema(plan)
    start = time.process_time()
    for _ in range(20):
        check_schema(plan)
    assert time.process_time() - start < 0.4


def test_all_that_is_found_in_a_plan_is_told_once() -> None:
    plan = planned(("/spec/parallelism", "2"), ("/spec/completions", 2), (f"{POD}/hostAlias", []))
    told = [(each.code, each.pointer) for each in findings_in(plan)]
    assert told[0][1] == "/spec/completions"
    assert told[1:] == [("wrong-type", "/spec/parallelism"), ("unknown-field", f"{POD}/hostAlias")]


def test_indexes_do_not_count_when_findings_are_told_twice() -> None:
    once = Finding("a", ("spec", "ports", 0, "port"), "x")
    again = Finding("b", ("spec", "ports", "port"), "y")
    other = Finding("c", ("spec", "ports", "port"), "z", kind="Service")
    assert without_repeated((again, other), told=(once,)) == (other,)
