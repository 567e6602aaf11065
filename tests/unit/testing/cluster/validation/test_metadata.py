# ruff: noqa: E501 - a row per rule, and the server's texts are long

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.kinds import Kind, Object
from tests.unit.testing.cluster import objects
from tests.unit.testing.cluster.objects import (
    START,
    complaint,
    metadata,
    plain,
    stored,
)

ROWS: list[tuple[Kind, Object, str]] = [
    (kinds.NAMESPACE, {"metadata": {"name": "a.b", "uid": objects.UID}}, 'metadata.name: Invalid value: "a.b": must not contain dots'),
    (kinds.CONFIG_MAP, {"metadata": metadata(labels={"a": "b c"})}, "metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"),
    (kinds.CONFIG_MAP, {"metadata": metadata(finalizers=["nope"])}, 'metadata.finalizers[0]: Invalid value: "nope": name is neither a standard finalizer name nor is it fully qualified'),
    (kinds.CONFIG_MAP, {"metadata": metadata(generateName="A-", name="a")}, "metadata.generateName: Invalid value: \"A-\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "new", "said"), ROWS)
def test_wrong_metadata_is_refused(kind: Kind, new: Object, said: str) -> None:
    assert complaint(kind, new) == said


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
