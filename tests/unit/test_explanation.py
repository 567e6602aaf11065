from __future__ import annotations

from decimal import Decimal

import pytest

from launcher_k8s.errors import InvalidJobError
from launcher_k8s.explanation import explain
from launcher_k8s.job import Job
from launcher_k8s.settings import ClusterSettings, ProfileSection, ResourceProfile
from tests.memory_files import PROFILES, read_cluster
from tests.unit.schemas.overriding import overriding

TEXT = "[*]\nmax-cpus=2\ncontainer-images=r:4\n[@power]\nmax-cpus=20\ncontainer-images=\n[jane]\nmax-cpus=3\n"
P = f"/conf/{PROFILES}"
JOB = Job.shell("true", image="r:4", cpus=3)


def cluster() -> ClusterSettings:
    return read_cluster({PROFILES: TEXT})


def test_a_value_tells_what_it_shadows_nearest_first() -> None:
    records = explain(cluster(), "jane", groups=["power"]).records()
    (row,) = [row for row in records["profile"] if row["setting"] == "max-cpus"]
    assert row == {
        "setting": "max-cpus",
        "value": "3",
        "origin": f"{P}:8 [jane] max-cpus",
        "shadowed": [
            {"value": "20", "origin": f"{P}:5 [@power] max-cpus"},
            {"value": "2", "origin": f"{P}:2 [*] max-cpus"},
            {"value": "0", "origin": "default"},
        ],
    }


def test_text_has_what_is_shadowed_below_the_value() -> None:
    lines = explain(cluster(), "jane", groups=["power"]).text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("max-cpus "))
    assert [" ".join(line.split()) for line in lines[start : start + 4]] == [
        f"max-cpus 3 {P}:8 [jane] max-cpus",
        f"20 instead of {P}:5 [@power] max-cpus",
        f"2 instead of {P}:2 [*] max-cpus",
        "0 instead of the default",
    ]


def test_a_list_that_was_cleared_tells_what_it_was() -> None:
    (row,) = [
        row
        for row in explain(cluster(), "joe", groups=["power"]).records()["profile"]
        if row["setting"] == "container-images"
    ]
    assert (row["value"], row["shadowed"][0]["value"]) == ("", "r:4")


def test_a_jobs_decisions_come_with_their_origins() -> None:
    explanation = explain(cluster(), "jane", job=JOB)
    decided = {row["about"]: row for row in explanation.records()["decisions"]}
    assert not explanation.is_refused
    assert decided["cpu limit"]["value"] == "3"
    assert "Decided for the job" in explanation.text()


def test_a_refused_job_tells_every_reason() -> None:
    explanation = explain(cluster(), "joe", job=Job.shell("true", cpus=3))
    assert explanation.is_refused
    assert explanation.plan is None
    assert [row["about"] for row in explanation.records()["refusals"]] == ["cpu limit", "image"]
    assert f"- user 'joe' asks for a cpu limit of 3, and max-cpus allows 2 ({P}:2" in explanation.text()


def test_without_a_job_nothing_is_decided() -> None:
    assert explain(cluster(), "jane").records().keys() == {
        "cluster",
        "user",
        "groups",
        "profile",
        "resourceProfiles",
    }


def test_an_offer_tells_why_it_is_of_no_use() -> None:
    settings = ClusterSettings(
        profiles=(ProfileSection.everyone(max_cpus=1),),
        resources=(ResourceProfile("big", Decimal(4), Decimal(512)),),
    )
    explanation = explain(settings, "jane")
    (row,) = explanation.records()["resourceProfiles"]
    assert "max-cpus allows 1" in row["unusable because"]
    assert "big" in explanation.text()


def test_all_users_are_nobody() -> None:
    with pytest.raises(InvalidJobError, match="stands for all users"):
        explain(cluster(), "*")


@pytest.mark.parametrize("job", [None, JOB, Job.shell("true", image="<b>", cpus=99)])
def test_a_notebook_is_given_tables_without_markup(job: Job | None) -> None:
    html = explain(cluster(), "<i>", groups=["<u>"], job=job)._repr_html_()
    assert "What &lt;i&gt; in &lt;u&gt; gets" in html
    assert "<i>" not in html
    assert "<b>" not in html


def test_it_is_named_in_short() -> None:
    assert repr(explain(cluster(), "jane", groups=["g"])) == "<Explanation jane in g on Kubernetes: no job>"
    assert repr(explain(cluster(), "jane", job=JOB)).endswith("on Kubernetes: true-preview0>")


def test_what_is_wrong_with_a_planned_job_is_told_in_every_form() -> None:
    cluster = overriding(("/spec/template/spec/hostAlias", []))
    explanation = explain(cluster, "me", job=Job.shell("true", image="i"), kubernetes="1.36")
    told = "is no field of PodSpec in Kubernetes 1.36"
    assert [finding.pointer for finding in explanation.findings] == ["/spec/template/spec/hostAlias"]
    assert told in explanation.text()
    assert told in explanation.records()["findings"][0]["reason"]
    assert told in explanation._repr_html_()
