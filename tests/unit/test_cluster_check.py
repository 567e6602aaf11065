from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from launcher_k8s import ClusterError, ClusterSettings, ForbiddenError, ObjectNotFoundError, ProfileSection
from launcher_k8s.cluster_check import (
    ClusterFinding,
    cluster_findings_table,
    judge_clock,
    judge_failure,
    judge_metrics,
    judge_nodes,
    judge_permission,
    judge_trial,
    judge_version,
)
from launcher_k8s.diagnostics import Severity
from launcher_k8s.permissions import PERMISSIONS
from launcher_k8s.rows import NodeRow

NOW = datetime(2026, 5, 17, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SETTINGS = ClusterSettings(
    profiles=(
        ProfileSection.everyone(placement_constraints="zone:a,zone:b,disk", max_nvidia_gpus=1),
        ProfileSection.group("amd", placement_constraints="zone:a", max_amd_gpus=2),
    )
)


def _codes(settings: ClusterSettings, *nodes: NodeRow) -> list[tuple[str, str]]:
    return [(finding.code, finding.subject) for finding in judge_nodes(nodes, settings)]


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("v1.36.3", "reachable"),
        ("v1.25.0-eks-1", "reachable"),
        ("v1.24.9", "old-kubernetes"),
        ("?", "reachable"),
    ],
)
def test_only_an_old_kubernetes_is_warned_of(version: str, code: str) -> None:
    assert judge_version(version).code == code


@pytest.mark.parametrize(("status", "code"), [(0, "unreachable"), (401, "refused")])
def test_silence_and_refusal_are_told_apart(status: int, code: str) -> None:
    finding = judge_failure(ClusterError("no", status=status))
    assert (finding.code, finding.severity) == (code, Severity.ERROR)
    assert finding.hint


@pytest.mark.parametrize("offset_s", [-5, -1, 0, 3, 5])
def test_clocks_that_agree_are_no_finding(offset_s: int) -> None:
    moment = NOW + offset_s * SECOND
    assert not list(judge_clock(NOW, before=moment, after=moment))


@pytest.mark.parametrize(("offset_s", "told"), [(-6, "6 s behind"), (3600, "3599 s ahead of")])
def test_clocks_that_disagree_are_told(offset_s: int, told: str) -> None:
    moment = NOW + offset_s * SECOND
    (finding,) = judge_clock(NOW, before=moment, after=moment)
    assert told in finding.message


def test_a_slow_answer_is_no_skew() -> None:
    assert not list(judge_clock(NOW, before=NOW - 30 * SECOND, after=NOW + 30 * SECOND))


def test_a_missing_namespace_is_named() -> None:
    finding = judge_trial(ObjectNotFoundError("x", status=404), namespace="jobs")
    assert (finding.code, finding.severity) == ("no-namespace", Severity.ERROR)
    assert "'jobs'" in finding.message


def test_what_refuses_a_job_is_told_in_its_words() -> None:
    finding = judge_trial(ForbiddenError("admission webhook says no", status=403), namespace="jobs")
    assert finding.code == "no-job"
    assert "admission webhook says no" in finding.message


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda each: each.subject)
def test_a_denied_permission_says_what_it_takes(permission: object) -> None:
    (permission,) = (each for each in PERMISSIONS if each is permission)
    finding = judge_permission(permission, permission.verbs[:1], namespace="jobs")
    assert finding.severity is permission.severity
    assert permission.lost in finding.message
    assert permission.verbs[0] in finding.message


def test_what_only_saves_requests_is_an_info() -> None:
    (events,) = (each for each in PERMISSIONS if each.resource.plural == "events")
    finding = judge_permission(events, ["list"], namespace="jobs")
    assert (finding.severity, finding.code) == (Severity.INFO, "costlier")


def test_a_missing_metrics_api_says_what_to_install() -> None:
    finding = judge_metrics(ObjectNotFoundError("x", status=404))
    assert finding is not None
    assert "metrics-server" in finding.hint


def test_forbidden_metrics_are_told_by_the_permissions() -> None:
    assert judge_metrics(ForbiddenError("x", status=403)) is None


def test_what_no_node_carries_is_told_once() -> None:
    node = NodeRow("one", {"zone": "b", "disk": "ssd"}, {})
    assert _codes(SETTINGS, node) == [
        ("no-such-node", "placement constraint zone:a"),
        ("no-such-gpu", "NVIDIA GPUs"),
        ("no-such-gpu", "AMD GPUs"),
    ]


def test_any_one_node_is_enough() -> None:
    first = NodeRow("one", {"zone": "a", "disk": ""}, {"amd.com/gpu": "1"})
    second = NodeRow("two", {"zone": "b"}, {"nvidia.com/gpu": "4"})
    assert _codes(SETTINGS, first, second) == []


def test_a_node_whose_gpus_are_all_broken_has_none() -> None:
    settings = ClusterSettings(profiles=(ProfileSection.everyone(max_nvidia_gpus=1),))
    assert _codes(settings, NodeRow("one", {}, {"nvidia.com/gpu": "0"})) == [("no-such-gpu", "NVIDIA GPUs")]


def test_nodes_that_are_made_for_a_pod_need_not_be_there() -> None:
    fargate = ProfileSection.everyone(placement_constraints="eks.amazonaws.com/compute-type:fargate")
    assert _codes(ClusterSettings(profiles=(fargate,))) == []


def test_findings_show_what_to_do() -> None:
    finding = ClusterFinding(Severity.WARNING, "a-code", "<clock>", "it is late", "wind it")
    assert str(finding) == "warning: <clock>: it is late (wind it)"
    assert "&lt;clock&gt;" in finding._repr_html_()
    assert cluster_findings_table([finding]).records()[0]["what to do"] == "wind it"
