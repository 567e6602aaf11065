from __future__ import annotations

import subprocess
import sys

import pytest

from launcher_k8s.shape.fact import ABSENT, format_path
from launcher_k8s.shape.table import JOB_FACTS, SERVICE_FACTS

# Version history of the default templates (domain, section 4), by what each version brought.
HISTORY = {
    (2, 1, 0): {
        "job-annotations", "job-labels", "pod-annotations", "pod-labels", "user-metadata",
        "service-annotations", "service-labels",
    },
    (2, 3, 0): {"job-managed-by", "pod-managed-by", "service-account"},
    (2, 4, 0): {"job-instance", "pod-instance"},
    (2, 5, 0): {"init-containers"},
}  # fmt: skip


def test_every_code_stands_once() -> None:
    codes = [fact.code for fact in JOB_FACTS + SERVICE_FACTS]
    assert len(codes) == len(set(codes))


def test_no_place_is_written_twice_but_mappings_that_are_merged() -> None:
    paths = [format_path(fact.path) for fact in JOB_FACTS]
    shared = {path for path in paths if paths.count(path) > 1}
    assert shared == {"spec.template.metadata.annotations"}


def test_facts_came_with_the_versions_that_brought_them() -> None:
    versions = {fact.since for fact in JOB_FACTS + SERVICE_FACTS}
    brought = {
        version: {fact.code for fact in JOB_FACTS + SERVICE_FACTS if fact.since == version}
        for version in versions
    }
    del brought[(1, 0, 0)]
    assert brought == HISTORY


def test_what_identifies_a_job_is_what_the_rules_name() -> None:
    identifying = {fact.code for fact in JOB_FACTS if fact.identifies is not None}
    assert identifying == {
        "job-api-version", "job-kind", "generate-name", "container-name", "user", "name", "service-ports",
    }  # fmt: skip


def test_every_fact_says_why() -> None:
    assert [fact.code for fact in JOB_FACTS + SERVICE_FACTS if not fact.why] == []


def test_the_names_alone_load_nothing_heavy() -> None:
    """``rows``, ``state`` and ``kube`` want the names, not the table and what it needs."""
    code = "import sys; import launcher_k8s.shape; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "launcher_k8s.shape" in loaded
    assert not {"attrs", "cattrs", "jinja2", "aiohttp", "kubernetes_asyncio", "launcher_k8s.job"} & set(
        loaded
    )


@pytest.mark.parametrize(
    ("code", "found", "problem"),
    [
        ("job-kind", "CronJob", 'is "CronJob"'),
        ("user", ABSENT, "is missing"),
        ("user", "somebody", ""),
        ("image", "r:4", ""),
        ("restart-policy", "OnFailure", 'is "OnFailure", expected "Never"'),
        ("restart-policy", "Never", ""),
        ("parallelism", 2, "is 2"),
        ("parallelism", True, "is true"),
        ("parallelism", 1, ""),
        ("parallelism", ABSENT, ""),
        ("manual-selector", False, ""),
        ("pod-failure-policy", {"rules": []}, 'is {"rules": []}'),
        ("job-id", "mine", "is set without effect"),
    ],
)
def test_what_is_wrong_whatever_the_job(code: str, found: object, problem: str) -> None:
    [fact] = [fact for fact in JOB_FACTS if fact.code == code]
    assert fact.problem(found) == problem


def test_only_what_is_never_written_has_values_that_it_allows_or_is_set_last() -> None:
    assert [fact.code for fact in JOB_FACTS if fact.is_written and (fact.allows or fact.is_set_last)] == []
