from __future__ import annotations

import sys
from pathlib import Path

import pytest

from launcher_k8s.checkup import check_directory
from launcher_k8s.diagnostics import Severity
from launcher_k8s.errors import ConfigurationError, NotSupportedError
from tests.cli_runs import PROFILES, RESOURCES, write_directory

MAIN = "launcher.kubernetes.conf"
CONNECTION = "api-url=https://10.0.0.1:6443\nauth-token=s3cret\n"
SMALL = "[small]\ncpus=1\nmem-mb=512\nplacement-constraints=gpu:a100\n"
CLUSTERS = "[cluster]\nname=East\ntype=Kubernetes\n[cluster]\nname=West\ntype=Kubernetes\n"


def directory(path: Path, **files: str) -> str:
    texts = {"main": MAIN, "profiles": PROFILES, "resources": RESOURCES, "launcher": "launcher.conf"}
    named = {texts[name]: text for name, text in files.items()}
    return write_directory(path, {MAIN: CONNECTION} | named)


def test_a_clean_directory_tells_what_was_read_and_who_gets_what(tmp_path: Path) -> None:
    place = directory(tmp_path, profiles="[*]\nmax-cpus=2\n[jane]\nmax-cpus=3\n")
    checkup = check_directory(place, environ={})
    assert checkup.is_clean
    assert checkup.files == (f"{place}/{MAIN}", f"{place}/{PROFILES}")
    lines = checkup.text().splitlines()
    assert lines[:3] == [f"{place} is clean. Read:", f"  {place}/{MAIN}", f"  {place}/{PROFILES}"]
    assert [line.split("  ")[0] for line in lines[-2:]] == ["[*]", "[jane]"]


def test_infos_are_clean(tmp_path: Path) -> None:
    checkup = check_directory(directory(tmp_path, resources=SMALL), environ={})
    assert checkup.is_clean
    assert "1 info" in checkup.text().splitlines()
    assert "is clean" in checkup.text()


def test_a_warning_is_not(tmp_path: Path) -> None:
    checkup = check_directory(directory(tmp_path, main=f"{CONNECTION}verify-ssl-certs=0\n"), environ={})
    assert not checkup.is_clean
    assert checkup.text().splitlines()[-1] == "1 warning"


def test_where_there_is_an_error_no_cluster_is_told(tmp_path: Path) -> None:
    records = check_directory(directory(tmp_path, profiles="[*]\nmax-cpu=2\n"), environ={}).records()
    assert records["clusters"] == []
    assert records["counts"] == {"error": 1, "warning": 0, "info": 0}
    assert [each["code"] for each in records["diagnostics"]] == ["unknown-key"]


def test_unknown_keys_can_be_warnings(tmp_path: Path) -> None:
    place = directory(tmp_path, profiles="[*]\nmax-cpu=2\n")
    assert check_directory(place, environ={}, strict=False).records()["counts"]["warning"] == 1


def test_one_cluster_of_several(tmp_path: Path) -> None:
    place = directory(tmp_path, launcher=CLUSTERS)
    assert [each["name"] for each in check_directory(place, environ={}).records()["clusters"]] == [
        "East",
        "West",
    ]
    (one,) = check_directory(place, environ={}, cluster="West").records()["clusters"]
    assert one["name"] == "West"


def test_a_cluster_that_is_not_configured(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no cluster is named 'North'"):
        check_directory(directory(tmp_path, launcher=CLUSTERS), environ={}, cluster="North")


def test_a_file_in_place_of_the_directory(tmp_path: Path) -> None:
    checkup = check_directory(f"{directory(tmp_path)}/{MAIN}", environ={})
    assert not checkup.is_clean
    assert "this is a file" in checkup.text()


def test_very_many_sections_are_counted_in_text_and_whole_in_records(tmp_path: Path) -> None:
    place = directory(tmp_path, profiles="".join(f"[user{n}]\nmax-cpus=2\n" for n in range(150)))
    checkup = check_directory(place, environ={})
    assert checkup.text().splitlines()[-1] == "and 51 more sections"
    assert len(checkup.records()["clusters"][0]["sections"]) == 151


def test_a_notebook_sees_findings_without_markup(tmp_path: Path) -> None:
    html = check_directory(directory(tmp_path, profiles="[*]\n<b>=2\n"), environ={})._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_no_token_is_told(tmp_path: Path) -> None:
    checkup = check_directory(directory(tmp_path), environ={})
    assert "s3cret" not in f"{checkup.text()}{checkup.records()}{checkup!r}{checkup._repr_html_()}"


def test_what_no_schema_knows_is_told_in_its_place_among_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1")
    text = '[*]\njob-json-overrides="/spec/fooo":"a.json"\n[jane]\nmax-cpus=1\ndefault-cpus=2\n'
    place = directory(tmp_path, profiles=text, launcher=CLUSTERS)
    codes = [(each.code, each.location.line) for each in check_directory(place, environ={}).diagnostics]
    profiles = [each for each in codes if each[0] != "overrides-deprecated"]
    assert profiles == [("overridden-schema", 2), ("default-over-maximum", 4)]


def test_without_the_extra_the_rest_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes_validate", None)
    monkeypatch.setitem(sys.modules, "kubernetes_validate.utils", None)
    (tmp_path / "a.json").write_text("1")
    place = directory(tmp_path, profiles='[*]\njob-json-overrides="/spec/fooo":"a.json"\n')
    assert check_directory(place, environ={}).is_clean
    with pytest.raises(NotSupportedError, match="kubernetes-validate"):
        check_directory(place, environ={}, kubernetes="1.36")


WITHOUT_EXTRA = ("kubernetes_validate", "kubernetes_validate.utils")
ASTRAY = '[*]\njob-json-overrides="/spec/template/spec/containers/9":"a.json"\n'


@pytest.fixture
def no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in WITHOUT_EXTRA:
        monkeypatch.setitem(sys.modules, module, None)


@pytest.mark.usefixtures("no_extra")
def test_an_override_that_applies_to_no_job_is_an_error_without_the_extra(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1")
    checkup = check_directory(directory(tmp_path, profiles=ASTRAY), environ={})
    (error,) = [each for each in checkup.diagnostics if each.severity is Severity.ERROR]
    assert (error.code, error.location.line) == ("inapplicable-override", 2)
    assert checkup.settings is None


@pytest.mark.usefixtures("no_extra")
def test_without_the_extra_it_is_said_that_names_and_types_are_not_checked(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1")
    checkup = check_directory(directory(tmp_path, profiles=ASTRAY), environ={})
    (said,) = checkup.records()["unchecked"]
    assert "the extra schemas" in said
    assert checkup.text().endswith(said)


@pytest.mark.usefixtures("no_extra")
def test_where_there_are_no_overrides_nothing_is_left_unchecked(tmp_path: Path) -> None:
    assert check_directory(directory(tmp_path, profiles="[*]\nmax-cpus=2\n"), environ={}).unchecked == ()


def test_overrides_are_checked_beside_other_errors(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1")
    place = directory(tmp_path, profiles=f"{ASTRAY}max-cpu=2\n", main=f"{CONNECTION}no-key=1\n")
    checkup = check_directory(place, environ={})
    codes = [each.code for each in checkup.diagnostics if each.severity is Severity.ERROR]
    assert codes == ["unknown-key", "inapplicable-override", "unknown-key"]
    assert checkup.unchecked == ()


def test_it_is_said_that_overrides_could_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    checkup = check_directory(directory(tmp_path, profiles=ASTRAY), environ={})
    assert [each.code for each in checkup.diagnostics if each.severity is Severity.ERROR] == ["bad-json"]
    assert "could not be read are not checked" in checkup.text()


def test_what_is_only_counted_stays_last_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("1")
    many = "".join(f"[u{n}]\nmax-cpu=2\n" for n in range(1100))
    checkup = check_directory(directory(tmp_path, profiles=f"{ASTRAY}{many}"), environ={})
    assert checkup.diagnostics[-1].code == "more-problems"
