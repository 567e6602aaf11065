# ruff: noqa: E501 - a row per wrong type, and Go's texts are long

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.cluster import schema
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, EVENT, JOB, POD, POD_METRICS, SECRET, SERVICE
from launcher_k8s.testing.cluster.refusals import Refusal


def read(kind: Any, content: Any, strictness: str = "Warn") -> tuple[Any, tuple[str, ...]]:
    return schema.read(kind, content, body=json.dumps(content).encode(), strictness=strictness)


def refusal(kind: Any, content: Any, strictness: str = "Warn") -> str:
    with pytest.raises(Refusal) as caught:
        read(kind, content, strictness)
    assert caught.value.code == 400
    return caught.value.message


def test_an_unknown_field_is_dropped_with_a_warning() -> None:
    content, warnings = read(JOB, {"spec": {"foo": 1, "template": {"spec": {"bar": {}}}}})
    assert warnings == ('unknown field "spec.foo"', 'unknown field "spec.template.spec.bar"')
    assert "foo" not in content["spec"]


def test_an_unknown_field_is_dropped_silently_when_asked() -> None:
    assert read(JOB, {"spec": {"foo": 1, "parallelism": 2}}, "Ignore") == ({"spec": {"parallelism": 2}}, ())


def test_an_unknown_field_is_refused_when_asked() -> None:
    message = refusal(POD, {"spec": {"containers": [{}, {"oops": 1}]}}, "Strict")
    assert message == (
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        'unknown field "spec.containers[1].oops"'
    )


@pytest.mark.parametrize("body", ['{"data":{"a":"1","a":"2"}}', '{"data":{"a" : "1" , "a" : "2"}}'])
def test_a_repeated_field_is_told_and_the_last_one_holds(body: str) -> None:
    content, warnings = schema.read(CONFIG_MAP, json.loads(body), body=body.encode())
    assert (content, warnings) == ({"data": {"a": "2"}}, ('duplicate field "data.a"',))


@given(st.dictionaries(st.text(), st.text(), max_size=5), st.booleans())
def test_no_body_without_repetitions_is_said_to_have_one(data: dict[str, str], ascii_only: bool) -> None:
    body = json.dumps({"data": data}, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    assert schema.read(CONFIG_MAP, {"data": data}, body=body)[1] == ()


def test_a_repeated_field_of_yaml_is_told_with_its_line() -> None:
    body = b"metadata:\n  name: a\n  name: b\n"
    _, warnings = schema.read(CONFIG_MAP, {"metadata": {"name": "b"}}, body=body, yaml=True)
    assert warnings == ('yaml: unmarshal errors:\n  line 3: key "name" already set in map',)


@pytest.mark.parametrize(
    ("kind", "content", "error"),
    [
        (JOB, {"spec": {"parallelism": "two"}}, "string into Go struct field JobSpec.spec.parallelism of type int32"),
        (JOB, {"spec": {"parallelism": 2**31}}, "number 2147483648 into Go struct field JobSpec.spec.parallelism of type int32"),
        (JOB, {"spec": {"suspend": "true"}}, "string into Go struct field JobSpec.spec.suspend of type bool"),
        (POD, {"spec": {"restartPolicy": 1}}, "number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy"),
        (POD, {"spec": []}, "array into Go struct field Pod.spec of type v1.PodSpec"),
        (POD, {"spec": {"containers": {}}}, "object into Go struct field PodSpec.spec.containers of type []v1.Container"),
        (POD, {"metadata": {"labels": {"a": 1}}}, "number into Go struct field ObjectMeta.metadata.labels of type string"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_refused_in_gos_words(kind: Any, content: Any, error: str) -> None:
    said = f'{kind.kind} in version "v1" cannot be handled as a {kind.kind}: json: cannot unmarshal'
    assert refusal(kind, content) == f"{said} {error}"


def test_the_first_wrong_type_is_the_one_told() -> None:
    assert "parallelism" in refusal(JOB, {"spec": {"parallelism": "x", "completions": "y"}})


def test_bytes_that_are_none_are_refused_with_their_place() -> None:
    assert refusal(SECRET, {"data": {"a": "AA?="}}).endswith("illegal base64 data at input byte 2")


def test_a_time_that_is_none_is_refused() -> None:
    assert 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00"' in refusal(
        EVENT, {"firstTimestamp": "yesterday"}
    )


def test_times_are_cut_to_seconds_of_utc() -> None:
    content, _ = read(EVENT, {"firstTimestamp": "2026-01-02T03:04:05.9+01:00"})
    assert content["firstTimestamp"] == "2026-01-02T02:04:05Z"


def test_nulls_and_empty_values_are_left_out_as_go_leaves_them_out() -> None:
    spec = {
        "hostNetwork": False,
        "volumes": [],
        "nodeSelector": None,
        "hostname": "",
        "enableServiceLinks": False,
    }
    content, _ = read(POD, {"spec": spec, "metadata": {"labels": {}}})
    assert content == {"spec": {"enableServiceLinks": False}, "metadata": {}}


def test_an_empty_text_that_is_a_pointer_is_kept() -> None:
    content, _ = read(POD, {"spec": {"volumes": [{"name": "v", "hostPath": {"path": "/x", "type": ""}}]}})
    assert content["spec"]["volumes"][0]["hostPath"]["type"] == ""


def test_a_port_may_be_a_name_or_a_number_but_no_truth() -> None:
    assert read(SERVICE, {"spec": {"ports": [{"targetPort": "web"}, {"targetPort": 8}]}})[1] == ()
    assert "cannot unmarshal bool" in refusal(SERVICE, {"spec": {"ports": [{"targetPort": True}]}})


def test_amounts_are_rewritten() -> None:
    resources = {"limits": {"cpu": 0.5, "memory": "1024Mi"}}
    content, _ = read(POD, {"spec": {"containers": [{"name": "a", "resources": resources}]}})
    assert content["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "500m", "memory": "1Gi"}}
    assert type(content["spec"]["containers"][0]["resources"]["limits"]["cpu"]) is str


def test_what_was_read_reads_the_same_again() -> None:
    content, _ = read(
        JOB, {"spec": {"parallelism": 1, "template": {"spec": {"containers": [{"name": "a"}]}}}}
    )
    assert read(JOB, content) == (content, ())


def test_a_kind_without_a_model_is_taken_as_it_is() -> None:
    assert schema.check(POD_METRICS, {"anything": 1}).content == {"anything": 1}


def test_a_checked_object_is_not_written_into() -> None:
    content = {"spec": {"foo": 1, "containers": [{"name": "a", "env": None}]}}
    before = json.dumps(content)
    read(POD, content)
    assert json.dumps(content) == before
