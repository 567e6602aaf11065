"""Discovery and OpenAPI: what clients read before they ask for anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from launcher_k8s.testing.cluster import discovery, openapi
from launcher_k8s.testing.cluster.kinds import KINDS


def test_both_ways_of_discovery_tell_the_same() -> None:
    items = [*discovery.aggregated(core=True)["items"], *discovery.aggregated(core=False)["items"]]
    told = {
        (item["metadata"].get("name", ""), version["version"], each["resource"])
        for item in items
        for version in item["versions"]
        for each in version["resources"]
    }
    assert told == {(kind.group, kind.version, kind.plural) for kind in KINDS}
    for group, version in discovery.GROUP_VERSIONS:
        listed = discovery.api_resources(group, version)
        assert listed is not None
        names = {each["name"] for each in listed["resources"] if "/" not in each["name"]}
        assert names == {name for of, number, name in told if (of, number) == (group, version)}


def test_a_job_is_told_as_the_real_server_tells_it() -> None:
    found = discovery.api_resources("batch", "v1")
    assert found is not None
    assert found["resources"] == [
        {
            "name": "jobs",
            "singularName": "job",
            "namespaced": True,
            "kind": "Job",
            "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
            "categories": ["all"],
            "storageVersionHash": "mudhfqk/qZY=",
        },
        {
            "name": "jobs/status",
            "singularName": "",
            "namespaced": True,
            "kind": "Job",
            "verbs": ["get", "patch", "update"],
        },
    ]


def test_what_is_not_served_is_not_told_of() -> None:
    assert discovery.api_group("apps") is None
    assert discovery.api_group("") is None
    assert discovery.api_resources("batch", "v1beta1") is None


@pytest.mark.parametrize("path", openapi.PATHS)
def test_every_reference_of_a_schema_leads_somewhere(path: str) -> None:
    document = openapi.document_v3(path, "v1.36.3")
    schemas = document["components"]["schemas"]
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _references(each)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
    return own + [found for key, each in node.items() if key != "$ref" for found in _references(each)]


def test_a_patch_says_what_kubectl_looks_for() -> None:
    paths = openapi.document_v3("apis/batch/v1", "v1.36.3")["paths"]
    patch = paths["/apis/batch/v1/namespaces/{namespace}/jobs/{name}"]["patch"]
    assert patch["x-kubernetes-group-version-kind"] == {"group": "batch", "version": "v1", "kind": "Job"}
    assert "fieldValidation" in {each["name"] for each in patch["parameters"]}
    assert "application/strategic-merge-patch+json" in patch["requestBody"]["content"]


def test_lists_carry_their_merge_keys() -> None:
    schemas = openapi.document_v3("api/v1", "v1.36.3")["components"]["schemas"]
    fields = schemas["io.k8s.api.core.v1.PodSpec"]["properties"]
    assert fields["volumes"]["x-kubernetes-patch-merge-key"] == "name"
    assert fields["volumes"]["x-kubernetes-patch-strategy"] == "merge,retainKeys"
    assert "x-kubernetes-patch-merge-key" not in fields["tolerations"]
    assert fields["containers"]["description"].startswith("List of containers belonging to the pod.")


def test_the_old_document_holds_all_schemas() -> None:
    document = json.loads(json.dumps(openapi.document_v2("v1.36.3")))
    assert "io.k8s.api.batch.v1.Job" in document["definitions"]
    for reference in _references(document):
        assert reference.removeprefix("#/definitions/") in document["definitions"]
