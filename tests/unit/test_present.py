from __future__ import annotations

from decimal import Decimal

import pytest

from launcher_k8s.decisions import Refusal, Trail
from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.errors import InvalidJobError, NotSupportedError, OverrideError
from launcher_k8s.job import Job
from launcher_k8s.origin import Origin, Sourced
from launcher_k8s.plan import plan_job
from launcher_k8s.present import (
    Table,
    cluster_table,
    refusals_of,
    refusals_table,
    resource_profiles_table,
    show,
)
from launcher_k8s.settings import ClusterSettings, Override, ResourceProfile, Settings, UserProfile
from launcher_k8s.status import JobState, JobStatus

TABLE = Table("Title", ("a", "long name"), (("1", "2"), ("<b>&", "x\ny")))


def test_a_title_gives_a_terminal_no_command() -> None:
    job = Job.shell("true", name="\x1b[31mred", image="r:4")
    status = JobStatus(id="a", state=JobState.FAILED, status_message="\x1b[2J")
    assert "\x1b" not in job.text() + str(status)


def test_text_is_aligned_under_its_columns() -> None:
    assert TABLE.text().splitlines() == ["Title", "a     long name", "1     2", "<b>&  x\\ny"]


def test_a_long_value_is_cut_in_text_only() -> None:
    table = Table("", ("value", "origin"), (("v" * 300, "o" * 300),))
    assert table.text().splitlines()[1] == f"{'v' * 77}...  {'o' * 300}"
    assert table.records() == [{"value": "v" * 300, "origin": "o" * 300}]
    assert "v" * 300 in table.html()


def test_html_is_escaped() -> None:
    assert "<td>&lt;b&gt;&amp;</td>" in TABLE.html()


def test_records_name_each_cell() -> None:
    assert TABLE.records()[0] == {"a": "1", "long name": "2"}


def test_an_empty_table_shows_its_columns() -> None:
    assert Table("", ("a",), ()).text() == "a"


def test_values_are_shown_as_the_files_write_them() -> None:
    assert [show(True), show(False), show(None), show(("a", "b")), show({"k": 1})] == [
        "1",
        "0",
        "",
        "a, b",
        "k=1",
    ]


def test_an_override_is_shown_by_its_pointer_and_not_its_value() -> None:
    override = Override("/spec/template/metadata/labels", {"secret": "s3cret"}, file="labels.json")
    assert show((override,)) == "/spec/template/metadata/labels from labels.json"


def test_a_refusal_is_shown_with_its_limit_and_the_limits_origin() -> None:
    trail = Trail()
    trail.refuse(
        "cpu limit", "too much", value=9, limit=4, origin=Origin.in_file("p.conf", 2, "*", "max-cpus")
    )
    with pytest.raises(InvalidJobError) as caught:
        trail.raise_refusals()
    (row,) = refusals_table(refusals_of(caught.value)).records()
    assert (row["about"], row["value"], row["limit"]) == ("cpu limit", "9", "4")
    assert (row["origin"], row["reason"]) == ("p.conf:2 [*] max-cpus", "too much")


def test_an_override_that_cannot_be_applied_is_a_refusal_with_its_origin() -> None:
    origin = Origin.in_file("p.conf", 3, "*", "job-json-overrides")
    (refusal,) = refusals_of(OverrideError("no", pointer="/a/b", origin=origin, hint="write /a"))
    assert refusal == Refusal("/a/b", "no", origin=origin, hint="write /a")


def test_any_other_error_is_a_refusal_of_the_job() -> None:
    assert refusals_of(NotSupportedError("no templates yet")) == (Refusal("job", "no templates yet"),)


def test_a_resource_profile_is_shown_with_its_gpus_and_what_forbids_it() -> None:
    resource = ResourceProfile("gpu", Decimal("1.50"), Decimal(4096), nvidia_gpus=1, amd_gpus=2)
    table = resource_profiles_table([(resource, [Refusal("NVIDIA GPUs", "no GPUs for jane")])])
    (row,) = table.records()
    assert (row["cpus"], row["mem-mb"], row["GPUs"]) == ("1.5", "4096", "1 NVIDIA, 2 AMD")
    assert row["unusable because"] == "no GPUs for jane"


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (UserProfile(max_cpus=Sourced(Decimal(4), Origin.in_file("<p>.conf", 2))), "&lt;p&gt;.conf:2"),
        (JobStatus("x-1", JobState.FAILED, status_message="<b>"), "&lt;b&gt;"),
        (
            plan_job(Job.shell("true", image="r&d:4"), ClusterSettings(), user="jane"),
            "<caption>true-preview0 of jane on Kubernetes</caption>",
        ),
    ],
)
def test_a_notebook_shows_a_table_with_every_cell_escaped(value: object, part: str) -> None:
    text = value._repr_html_()  # type: ignore[attr-defined]
    assert text.startswith("<table>")
    assert part in text
    assert "r&d" not in text


NASTY = ClusterSettings(name="<b>", api_url="https://host", auth_token="s3cret", namespace="<i>&")
NOTE = Diagnostic("two-tokens", Severity.WARNING, Location("<f>.conf", 1), "<script>", "<hint>")


@pytest.mark.parametrize("value", [NASTY, Settings((NASTY,), (NOTE,)), NOTE])
def test_a_notebook_shows_settings_and_findings_without_markup_or_secrets(value: object) -> None:
    text = value._repr_html_()  # type: ignore[attr-defined]
    assert text.startswith("<table>")
    for markup in ("<b>", "<i>", "<script>", "<hint>", "<f>", "s3cret"):
        assert markup not in text


def test_a_clusters_settings_are_shown_with_their_origins() -> None:
    rows = {row["setting"]: row for row in cluster_table(NASTY).records()}
    assert (rows["kubernetes-namespace"]["value"], rows["kubernetes-namespace"]["origin"]) == ("<i>&", "code")
    assert (rows["auth-token"]["value"], rows["fetch-limit"]["origin"]) == ("***", "default")
