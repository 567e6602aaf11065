from __future__ import annotations

import copy
import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s import pointer
from launcher_k8s.errors import OverrideError
from launcher_k8s.origin import Origin
from launcher_k8s.overrides import apply_overrides
from launcher_k8s.settings import Override

LINE = Origin.in_file("launcher.kubernetes.profiles.conf", 7, "@research", "job-json-overrides")
POD = "/spec/template/spec"


def manifest() -> dict[str, Any]:
    return {
        "kind": "Job",
        "metadata": {"annotations": {"example.com/team": "blue", "a~b": "c"}},
        "spec": {
            "backoffLimit": 0,
            "template": {
                "spec": {
                    "securityContext": {"runAsUser": 1000},
                    "containers": [
                        {"name": "rs-launcher-container", "volumeMounts": [{"name": "mount0"}], "args": []},
                        {"name": "sidecar"},
                    ],
                    "volumes": [{"name": "mount0"}],
                }
            },
        },
    }


def pod_of(job: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = job["spec"]["template"]["spec"]
    return pod


def set_(text: str, value: Any) -> Override:
    return Override(text, value, "override.json", LINE)


def refused(*overrides: Override) -> OverrideError:
    with pytest.raises(OverrideError) as caught:
        apply_overrides(manifest(), overrides)
    return caught.value


def test_without_overrides_the_manifest_is_given_back_as_it_is() -> None:
    job = manifest()
    result, patch = apply_overrides(job, ())
    assert result is job
    assert patch == []


def test_the_guides_host_aliases_are_created() -> None:
    aliases = [{"ip": "10.2.141.12", "hostnames": ["db01"]}, {"ip": "10.2.141.13", "hostnames": ["db02"]}]
    result, patch = apply_overrides(manifest(), [set_(f"{POD}/hostAliases", aliases)])
    assert pod_of(result)["hostAliases"] == aliases
    assert patch == [{"op": "add", "path": f"{POD}/hostAliases", "value": aliases}]


def test_the_articles_privileged_container_leaves_the_pods_own_context() -> None:
    result, _ = apply_overrides(
        manifest(), [set_(f"{POD}/containers/0/securityContext", {"privileged": True})]
    )
    assert pod_of(result)["containers"][0]["securityContext"] == {"privileged": True}
    assert pod_of(result)["securityContext"] == {"runAsUser": 1000}


def test_the_articles_config_map_is_appended_to_a_job_with_mounts_of_its_own() -> None:
    volume, mount = {"name": "cm", "configMap": {"name": "settings"}}, {"name": "cm", "mountPath": "/etc/cm"}
    result, patch = apply_overrides(
        manifest(),
        [set_(f"{POD}/volumes/-", volume), set_(f"{POD}/containers/0/volumeMounts/-", mount)],
    )
    assert pod_of(result)["volumes"] == [{"name": "mount0"}, volume]
    assert pod_of(result)["containers"][0]["volumeMounts"] == [{"name": "mount0"}, mount]
    assert [operation["path"] for operation in patch] == [
        f"{POD}/volumes/-",
        f"{POD}/containers/0/volumeMounts/-",
    ]


def test_what_is_there_is_overwritten() -> None:
    result, patch = apply_overrides(manifest(), [set_("/spec/backoffLimit", 3)])
    assert result["spec"]["backoffLimit"] == 3
    assert patch == [{"op": "replace", "path": "/spec/backoffLimit", "value": 3}]


def test_a_null_is_a_value_and_is_set() -> None:
    result, _ = apply_overrides(manifest(), [set_("/spec/backoffLimit", None)])
    assert result["spec"]["backoffLimit"] is None


def test_an_index_in_an_array_overwrites_its_element() -> None:
    result, _ = apply_overrides(manifest(), [set_(f"{POD}/containers/1", {"name": "proxy"})])
    assert [container["name"] for container in pod_of(result)["containers"]] == [
        "rs-launcher-container",
        "proxy",
    ]


def test_the_index_after_the_last_appends() -> None:
    result, _ = apply_overrides(manifest(), [set_(f"{POD}/volumes/1", {"name": "x"})])
    assert pod_of(result)["volumes"] == [{"name": "mount0"}, {"name": "x"}]


@pytest.mark.parametrize(
    ("tail", "made"),
    [
        ("affinity/nodeAffinity/weight", {"nodeAffinity": {"weight": 5}}),
        ("affinity/-", [5]),
        ("affinity/0", [5]),
        ("affinity/0/name", [{"name": 5}]),
        ("affinity/-/list/-", [{"list": [5]}]),
        ("affinity/1", {"1": 5}),
    ],
)
def test_missing_parents_are_created(tail: str, made: Any) -> None:
    result, _ = apply_overrides(manifest(), [set_(f"{POD}/{tail}", 5)])
    assert pod_of(result)["affinity"] == made


def test_a_step_past_the_end_of_an_array_appends_the_parents() -> None:
    result, _ = apply_overrides(manifest(), [set_(f"{POD}/volumes/-/emptyDir/medium", "Memory")])
    assert pod_of(result)["volumes"][1] == {"emptyDir": {"medium": "Memory"}}


def test_escaped_names_reach_what_they_name() -> None:
    result, _ = apply_overrides(
        manifest(),
        [set_("/metadata/annotations/example.com~1team", "red"), set_("/metadata/annotations/a~0b", "d")],
    )
    assert result["metadata"]["annotations"] == {"example.com/team": "red", "a~b": "d"}


def test_later_overrides_see_earlier_ones_and_leave_their_values_alone() -> None:
    affinity: dict[str, Any] = {"nodeAffinity": {}}
    result, patch = apply_overrides(
        manifest(),
        [set_(f"{POD}/affinity", affinity), set_(f"{POD}/affinity/nodeAffinity/x", 1)],
    )
    assert pod_of(result)["affinity"] == {"nodeAffinity": {"x": 1}}
    assert affinity == {"nodeAffinity": {}}
    assert patch[0]["value"] == {"nodeAffinity": {}}


@pytest.mark.parametrize(
    ("text", "nearest", "words"),
    [
        (f"{POD}/containers/5/image", f"{POD}/containers/-", "an array of 2, without an index 5"),
        (f"{POD}/containers/sidecar/image", f"{POD}/containers/1", "'sidecar' is no index"),
        (f"{POD}/containers/image", f"{POD}/containers/0", "write an index from 0 to 1, or - to append"),
        (f"{POD}/containers/01", f"{POD}/containers/0", "'01' is no index"),
        (f"{POD}/containers/-1", f"{POD}/containers/0", "'-1' is no index"),
        (f"{POD}/containers/0/args/first", f"{POD}/containers/0/args/-", "write - to append"),
        (f"{POD}/containers/[0]/image", f"{POD}/containers/0", f"write '{POD}/containers/0/image'"),
        (f"{POD}/containers[1]/image", f"{POD}/containers/1", f"write '{POD}/containers/1/image'"),
        ("/spec/backoffLimit/x", "/spec/backoffLimit", "is a number, which has nothing inside"),
        ("/kind/x", "/kind", "is a string, which has nothing inside"),
        ("spec/backoffLimit", "/spec/backoffLimit", "write '/spec/backoffLimit'"),
        ("/metadata/a~b", "/metadata", "write ~0 for ~"),
    ],
)
def test_a_wrong_pointer_is_told_with_its_line_and_the_nearest_valid_one(
    text: str, nearest: str, words: str
) -> None:
    error = refused(set_(text, 1))
    assert words in str(error)
    assert f"{text!r} (launcher.kubernetes.profiles.conf:7 [@research] job-json-overrides)" in str(error)
    assert error.nearest == nearest
    assert error.origin == LINE
    assert error.pointer == text


def test_a_step_into_a_null_is_refused() -> None:
    error = refused(set_("/spec/backoffLimit", None), set_("/spec/backoffLimit/x", 1))
    assert "is null" in error.message


def test_a_step_into_a_boolean_is_refused() -> None:
    error = refused(set_("/spec/suspend", True), set_("/spec/suspend/x", 1))
    assert "is a boolean" in error.message


def test_a_pointer_of_more_than_a_hundred_steps_is_refused() -> None:
    assert "it has 101 steps, more than 100" in refused(set_("/a" * 101, 1)).message


def test_the_empty_pointer_is_refused() -> None:
    assert "the whole job" in refused(set_("", {})).message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab~/", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "~", "/", "0", "-"]), inner, max_size=3)
    ),
    max_leaves=12,
)
documents = st.dictionaries(st.sampled_from(["a", "b", "~", "/", "0"]), json_values, max_size=4)
overrides = st.lists(
    st.builds(
        lambda tokens, value: Override(pointer.format(tokens), value),
        st.lists(st.sampled_from(["a", "b", "~", "/", "0", "1", "-"]), min_size=1, max_size=4),
        json_values,
    ),
    max_size=5,
)


@given(documents, overrides)
def test_the_patch_makes_the_result_of_the_original_which_stays_untouched(
    document: dict[str, Any], sets: list[Override]
) -> None:
    before, given_values = copy.deepcopy(document), copy.deepcopy([override.value for override in sets])
    try:
        result, patch = apply_overrides(document, sets)
    except OverrideError:
        pass
    else:
        # Through text, as a reader gets it: == on JSON text also tells True from 1.
        patched = jsonpatch.JsonPatch(json.loads(json.dumps(patch))).apply(before)
        assert json.dumps(patched) == json.dumps(result)
        assert len(patch) == len(sets)
    assert document == before
    assert [override.value for override in sets] == given_values


@given(
    documents, st.lists(st.sampled_from(["a", "b", "~", "/", "0", "1"]), min_size=1, max_size=4), json_values
)
def test_what_was_set_stands_at_its_pointer(document: dict[str, Any], tokens: list[str], value: Any) -> None:
    try:
        result, _ = apply_overrides(document, [Override(pointer.format(tokens), value)])
    except OverrideError:
        return
    found: Any = result
    for token in tokens:
        found = found[int(token)] if isinstance(found, list) else found[token]
    assert found == value


@given(documents, overrides)
def test_the_nearest_pointer_of_an_error_can_itself_be_set(
    document: dict[str, Any], sets: list[Override]
) -> None:
    for override in sets:
        try:
            document, _ = apply_overrides(document, [override])
        except OverrideError as caught:
            nearest = str(caught.nearest)
            apply_overrides(document, [Override(nearest, 1)])
