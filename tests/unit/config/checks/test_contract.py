from __future__ import annotations

import json
from typing import Any

import pytest

from tests.memory_files import PROFILES, findings_of


def told(*pairs: tuple[str, Any], main: str = "") -> list[str]:
    """What is said of the overrides of one section, as message and hint."""
    files: dict[str, str | bytes | None] = {
        f"{number}.json": json.dumps(value) for number, (_, value) in enumerate(pairs)
    }
    listed = ",".join(f'"{pointer}":"{number}.json"' for number, (pointer, _) in enumerate(pairs))
    files[PROFILES] = f"[*]\njob-json-overrides={listed}\n"
    if main:
        files["launcher.kubernetes.conf"] = f"api-url=https://10.0.0.1\nauth-token=x\n{main}"
    found = findings_of(files).get("overridden-contract", [])
    assert all(finding.location.line == 2 for finding in found)
    return [f"{finding.message}; {finding.hint}" for finding in found]


@pytest.mark.parametrize(
    ("pointer", "value", "part"),
    [
        ("/spec/parallelism", 2, "spec.parallelism is 2 (a job's state and output are those of one pod"),
        ("/spec/completions", 2, "spec.completions is 2 ("),
        (
            "/spec/backoffLimit",
            6,
            "spec.backoffLimit is 6, expected 0 (Kubernetes would run a failed job again",
        ),
        ("/spec/template/spec/restartPolicy", "Always", 'restartPolicy is "Always", expected "Never"'),
        ("/spec/template/spec/containers/0/name", "main", "no job could be submitted with it"),
        ("/spec/template/spec/containers", [{"name": "main"}], "no job could be submitted with it"),
        ("/spec/template/metadata/annotations", {"a": "b"}, "annotations.user is missing"),
        ("/metadata/labels", {"a": "b"}, "metadata.labels['app.kubernetes.io/managed-by'] is missing"),
        ("/metadata/name", "mine", "metadata.name is set without effect (it is the job's id"),
        ("/metadata/annotations/launcher-k8s~1submission", "x", "is set without effect"),
        ("/metadata/namespace", "mine", "kubernetes-namespace says where jobs go"),
        ("/spec", {"parallelism": 2}, "spec.template.metadata.annotations.user is missing"),
    ],
)
def test_what_breaks_every_job_is_told_with_why(pointer: str, value: Any, part: str) -> None:
    [text] = told((pointer, value))
    assert f"the override '{pointer}' departs from what jobs rely on: " in text
    assert part in text


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/spec/parallelism", 1),
        ("/spec/backoffLimit", 0),
        ("/spec/ttlSecondsAfterFinished", 60),
        ("/spec/template/spec/hostAliases", []),
        ("/spec/template/spec/containers/0/securityContext", {"privileged": True}),
        ("/spec/template/spec/containers/-", {"name": "sidecar"}),
        ("/metadata/labels/team", "blue"),
        ("/spec/template/spec/containers/0/image", "r:4"),
    ],
)
def test_what_breaks_nothing_or_not_every_job_is_not_told(pointer: str, value: Any) -> None:
    assert told((pointer, value)) == []


def test_the_last_override_of_a_place_counts() -> None:
    assert told(("/spec/parallelism", 2), ("/spec/parallelism", 1)) == []
    [text] = told(("/spec/parallelism", 1), ("/spec/parallelism", 2))
    assert "is 2" in text


def test_what_one_override_takes_another_may_give_back() -> None:
    label = ("/metadata/labels/app.kubernetes.io~1managed-by", "launcher")
    assert told(("/metadata/labels", {}), label) == []


def test_each_override_is_told_once_with_all_that_it_breaks() -> None:
    labels = {"app.kubernetes.io/managed-by": "launcher"}
    metadata = {"generateName": "x-", "name": "mine", "namespace": "other", "labels": labels}
    [text] = told(("/metadata", metadata))
    assert "metadata.name is set without effect" in text
    assert 'metadata.namespace is "other"' in text


def test_overrides_that_templating_ignores_break_nothing() -> None:
    assert told(("/spec/parallelism", 2), main="use-templating=1\n") == []
