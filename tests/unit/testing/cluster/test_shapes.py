from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster import go_types
from launcher_k8s.testing.cluster.kinds import JOB, KINDS, POD, POD_METRICS, Kind
from launcher_k8s.testing.cluster.shapes import ListOf, MapOf, Number, Shape, Text, Type, shape_of

SERVED = [kind for kind in KINDS if kind.group != "metrics.k8s.io"]


def structs(found: Type | None, seen: dict[str, Shape]) -> dict[str, Shape]:
    match found:
        case Shape() if found.name not in seen:
            seen[found.name] = found
            for each in found.fields.values():
                structs(each, seen)
        case ListOf(item=item) | MapOf(item=item):
            structs(item, seen)
        case _:
            pass
    return seen


@pytest.mark.parametrize("kind", SERVED, ids=lambda kind: kind.kind)
def test_every_served_kind_has_a_shape(kind: Kind) -> None:
    shape = shape_of(kind)
    assert shape is not None
    assert {"apiVersion", "kind", "metadata"} <= set(shape.fields)


def test_kinds_that_the_models_do_not_know_have_none() -> None:
    assert shape_of(POD_METRICS) is None


def test_a_shape_is_compiled_once() -> None:
    assert shape_of(JOB) is shape_of(JOB)


def test_templates_of_jobs_and_pods_share_their_shape() -> None:
    assert structs(shape_of(JOB), {})["PodSpec"] is structs(shape_of(POD), {})["PodSpec"]


@pytest.mark.parametrize(
    "table", ["ZERO_LEFT_OUT", "EMPTY_KEPT", "ALWAYS_WRITTEN", "AMOUNTS", "BYTES", "NAMED"]
)
def test_the_tables_of_go_name_fields_that_exist(table: str) -> None:
    known: dict[str, Shape] = {}
    for kind in SERVED:
        structs(shape_of(kind), known)
    for where in getattr(go_types, table):
        struct, _, field = where.partition(".")
        assert struct in known, where
        assert field in known[struct].fields, where


def test_types_are_called_as_in_go() -> None:
    spec = structs(shape_of(POD), {})["PodSpec"].fields
    assert spec["containers"].go == "[]v1.Container"
    assert spec["nodeSelector"].go == "map[string]string"
    assert spec["overhead"].go == "v1.ResourceList"
    assert spec["activeDeadlineSeconds"] == Number("int64")
    assert spec["restartPolicy"] == Text("v1.RestartPolicy")
