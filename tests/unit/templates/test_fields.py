from __future__ import annotations

from typing import Any

import pytest
from kubernetes_asyncio import client

from launcher_k8s.diagnostics import Severity
from launcher_k8s.manifest import build_job, build_service
from launcher_k8s.shape.names import JOB_KIND, SERVICE_KIND
from launcher_k8s.templates.fields import unknown_fields
from launcher_k8s.templates.samples import sample_data

MODELS: Any = client


def found(manifest: dict[str, Any], kind: str = JOB_KIND) -> list[tuple[str, str]]:
    return [(finding.path, finding.hint) for finding in unknown_fields(manifest, kind)]


@pytest.mark.parametrize("data", [data for _, data in sample_data("jane")])
def test_what_the_library_builds_is_known(data: dict[str, Any]) -> None:
    assert found(build_job(data)) == []
    assert found(build_service(data) or {}, SERVICE_KIND) == []


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ((), MODELS.V1Job),
        (("metadata",), MODELS.V1ObjectMeta),
        (("spec",), MODELS.V1JobSpec),
        (("spec", "template"), MODELS.V1PodTemplateSpec),
        (("spec", "template", "spec"), MODELS.V1PodSpec),
    ],
)
def test_every_field_that_the_client_knows_is_known(path: tuple[str, ...], model: Any) -> None:
    manifest: Any = dict.fromkeys(model.attribute_map.values(), 1)
    for key in reversed(path):
        manifest = {key: manifest}
    assert found(manifest) == []


def test_every_field_of_a_container_and_a_service_that_the_client_knows_is_known() -> None:
    container = dict.fromkeys(MODELS.V1Container.attribute_map.values(), 1)
    assert found({"spec": {"template": {"spec": {"containers": [container]}}}}) == []
    assert found({"spec": dict.fromkeys(MODELS.V1ServiceSpec.attribute_map.values(), 1)}, SERVICE_KIND) == []


def test_a_field_that_stands_too_far_left_is_told_with_its_place() -> None:
    manifest: dict[str, Any] = {"spec": {"hostAliases": [], "template": {}}}
    assert found(manifest) == [
        ("spec.hostAliases", "hostAliases stands in spec.template.spec: check how far it is indented")
    ]


def test_a_field_that_is_misspelt_is_told_with_the_one_that_is_close() -> None:
    assert found({"spec": {"backofLimit": 1}}) == [("spec.backofLimit", "did you mean backoffLimit?")]


def test_an_unknown_field_is_a_warning_as_newer_kubernetes_may_know_it() -> None:
    (finding,) = unknown_fields({"spec": {"zzz": 1}}, SERVICE_KIND)
    assert (finding.severity, finding.kind) == (Severity.WARNING, SERVICE_KIND)
    assert finding.hint == "check its name, and how far it is indented"
