from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli_runs import PROFILES, Cli, place, write_directory
from tests.examples import example_directory

JOB: dict[str, Any] = {
    "name": "web",
    "command": "echo hi",
    "container": {"image": "r-session:3.4.2"},
    "exposedPorts": [{"targetPort": 8080}],
}
DIRECTORY = str(example_directory("profiles"))
WHO = ("--config", DIRECTORY, "--user", "jane", "--group", "outsiders")


def write_job(directory: Path, job: object) -> str:
    path = directory / "job.json"
    path.write_text(job if isinstance(job, str) else json.dumps(job), "utf-8")
    return str(path)


def test_yaml_of_a_job_and_its_service(cli: Cli, tmp_path: Path) -> None:
    done = cli("plan", *WHO, write_job(tmp_path, JOB))
    job, service = yaml.safe_load_all(done.out)
    container = job["spec"]["template"]["spec"]["containers"][0]
    assert done.code == 0
    assert (job["kind"], job["metadata"]["name"]) == ("Job", "web-preview0")
    assert container["resources"]["limits"] == {"cpu": "1", "memory": "512M"}
    assert (service["kind"], service["spec"]["ports"][0]["port"]) == ("Service", 8080)


def test_a_job_without_ports_is_one_document(cli: Cli, tmp_path: Path) -> None:
    path = write_job(tmp_path, {key: JOB[key] for key in ("name", "command", "container")})
    (job,) = yaml.safe_load_all(cli("plan", *WHO, path).out)
    assert job["kind"] == "Job"


def test_decisions_go_to_standard_error(cli: Cli, tmp_path: Path) -> None:
    done = cli("plan", *WHO, write_job(tmp_path, JOB))
    assert place("profiles", "[*]", "default-cpus") in done.err


def test_json_has_the_objects_the_decisions_and_the_patch(cli: Cli, tmp_path: Path) -> None:
    value = tmp_path / "aliases.json"
    value.write_text('[{"ip": "10.2.141.12", "hostnames": ["db01"]}]')
    pointer = "/spec/template/spec/hostAliases"
    directory = write_directory(
        tmp_path,
        {"launcher.kubernetes.conf": "", PROFILES: f'[*]\njob-json-overrides="{pointer}":"{value}"\n'},
    )
    done = cli(
        "plan", "--json", "--config", directory, "--user", "jane", "--group", "g", write_job(tmp_path, JOB)
    )
    planned = done.json
    assert planned["jobId"] == planned["job"]["metadata"]["name"] == "web-preview0"
    assert planned["service"]["kind"] == "Service"
    assert [(step["op"], step["path"]) for step in planned["patch"]] == [("add", pointer)]
    assert f"{directory}/{PROFILES}:2" in next(
        row["origin"] for row in planned["decisions"] if row["about"] == pointer
    )


def test_the_patch_of_the_overrides_is_shown(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "gate.json").write_text('"grün"')
    text = '[*]\njob-json-overrides="/spec/template/spec/schedulerName":"gate.json"\n'
    directory = write_directory(tmp_path, {"launcher.kubernetes.conf": "", PROFILES: text})
    done = cli("plan", "--config", directory, "--user", "jane", "--group", "g", write_job(tmp_path, JOB))
    title, operation = done.err.splitlines()[-2:]
    assert title == "Patch of the overrides (RFC 6902)"
    assert json.loads(operation) == {
        "op": "add",
        "path": "/spec/template/spec/schedulerName",
        "value": "grün",
    }


def test_without_overrides_there_is_no_patch_to_show(cli: Cli, tmp_path: Path) -> None:
    assert "RFC 6902" not in cli("plan", *WHO, write_job(tmp_path, JOB)).err


def test_a_job_comes_from_standard_input_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(JOB)))
    job, _ = yaml.safe_load_all(cli("plan", *WHO, "-").out)
    assert job["metadata"]["generateName"] == "web-"


def test_a_job_that_never_ends_is_refused_in_one_line(cli: Cli) -> None:
    done = cli("plan", *WHO, "/dev/zero")
    assert (done.code, done.out) == (1, "")
    assert "launcher-k8s: /dev/zero: it is a device" in done.err


def test_every_refusal_of_a_job_is_told_on_a_line_of_its_own(cli: Cli, tmp_path: Path) -> None:
    asked = {
        "container": {"image": "other"},
        "resourceLimits": [{"type": "cpuCount", "value": "3"}, {"type": "memory", "value": "9999"}],
    }
    done = cli("plan", *WHO, write_job(tmp_path, JOB | asked))
    lines = done.err.splitlines()
    assert (done.code, done.out) == (1, "")
    for key in ("container-images", "max-cpus", "max-mem-mb"):
        assert len([line for line in lines if place("profiles", "[*]", key) in line]) == 1


def test_refusals_as_json(cli: Cli, tmp_path: Path) -> None:
    done = cli("plan", "--json", *WHO, write_job(tmp_path, JOB | {"container": {"image": "other"}}))
    error = done.json["error"]
    assert (done.code, error["kind"]) == (1, "InvalidJobError")
    assert error["refusals"][0]["origin"] == place("profiles", "[*]", "container-images")


@pytest.mark.parametrize(
    ("job", "part"),
    [
        ('{"name": "x",\n  "tags": [1 2]}', ":2:14: not JSON"),
        ("", ":1:1: not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"metadata": ' * 900 + "1" + "}" * 900, "metadata: nested more than 100 levels deep"),
        ('{"pid": ' + "9" * 5000 + "}", "pid: the number is outside the range of 64 bits"),
        ({"submissionTime": "0001-01-01T00:00:00+23:59"}, "is out of range in UTC"),
        ("[]", "expected an object, not a list"),
        (
            '{"environment": [{"name": "A", "value": "1", "name": "B"}]}',
            "job.json:1:46: the key 'environment[0].name' stands twice in its object (keep one of the two)",
        ),
        ({"tags": "x"}, "job.json:1:2: tags: expected a list, not a string"),
        ('{\n  "mounts": [\n    {"mountSource": {"type": "host"}}]}', "job.json:3:5: mounts[0].mountPath"),
        ({"mounts": [{"mountSource": {"type": "host"}}]}, "mounts[0].mountPath: mountPath is missing"),
    ],
)
def test_what_is_no_job_is_refused_where_it_stands(cli: Cli, tmp_path: Path, job: object, part: str) -> None:
    done = cli("plan", *WHO, write_job(tmp_path, job))
    assert done.code == 1
    assert part in done.err
    assert "Traceback" not in done.err


def test_a_file_that_is_not_there_is_named(cli: Cli, tmp_path: Path) -> None:
    done = cli("plan", *WHO, str(tmp_path / "none.json"))
    assert done.code == 1
    hint = "give the path of a job object as JSON, or - for standard input"
    assert f"none.json: No such file or directory ({hint})" in done.err


def test_a_file_that_is_no_text_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_bytes(b'{"name": "\xff"}')
    assert "job.json: not UTF-8" in cli("plan", *WHO, str(tmp_path / "job.json")).err


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_metadata_of_as_many_levels_as_are_taken_are_printed(
    cli: Cli, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    path = write_job(tmp_path, json.dumps(JOB)[:-1] + ', "metadata": ' + '{"a": ' * 99 + "1" + "}" * 100)
    assert cli("plan", *flags, *WHO, path).code == 0


def test_an_override_file_that_is_nested_too_deeply_is_told_by_its_name(cli: Cli, tmp_path: Path) -> None:
    value = tmp_path / "deep.json"
    value.write_text("[" * 900 + "]" * 900)
    directory = write_directory(
        tmp_path, {"launcher.kubernetes.conf": "", PROFILES: f'[*]\njob-json-overrides="/spec/x":"{value}"\n'}
    )
    done = cli("plan", "--config", directory, "--user", "jane", "--group", "g", write_job(tmp_path, JOB))
    assert done.code == 1
    assert "deep.json: error: [0]: nested more than 100 levels deep" in done.err


def overridden(directory: Path, pointer: str, value: object) -> list[str]:
    (directory / "value.json").write_text(json.dumps(value))
    text = f'[*]\njob-json-overrides="{pointer}":"value.json"\n'
    where = write_directory(directory, {"launcher.kubernetes.conf": "", PROFILES: text})
    return ["plan", "--config", where, "--user", "jane", "--group", "g", write_job(directory, JOB)]


def test_a_misspelt_field_of_an_override_is_a_finding(cli: Cli, tmp_path: Path) -> None:
    done = cli(*overridden(tmp_path, "/spec/template/spec/hostAlias", []), "--kubernetes", "1.36")
    title, line = done.err.splitlines()[-2:]
    assert done.code == 1
    assert [each["kind"] for each in yaml.safe_load_all(done.out)] == ["Job", "Service"]
    assert title == "Findings"
    assert line == (
        "- Job /spec/template/spec/hostAlias is no field of PodSpec in Kubernetes 1.36, by the override "
        f"'/spec/template/spec/hostAlias' from {tmp_path}/value.json (did you mean hostAliases?); "
        f"{tmp_path}/{PROFILES}:2 [*] job-json-overrides"
    )


def test_what_an_override_breaks_is_a_finding(cli: Cli, tmp_path: Path) -> None:
    done = cli(*overridden(tmp_path, "/spec/parallelism", 2), "--json")
    (finding,) = done.json["findings"]
    assert (done.code, finding["pointer"], finding["reason"]) == (
        1,
        "/spec/parallelism",
        "is 2, by an override",
    )


def test_warnings_alone_are_clean(cli: Cli, tmp_path: Path) -> None:
    done = cli(*overridden(tmp_path, "/spec/template/spec/schedulerName", "x"), "--json")
    assert (done.code, done.json["findings"]) == (0, [])
    assert any(each["how"] == "warning" for each in done.json["decisions"])


def test_a_version_without_schemas_is_an_error(cli: Cli, tmp_path: Path) -> None:
    done = cli("plan", *WHO, "--kubernetes", "1.20", write_job(tmp_path, JOB))
    assert (done.code, done.out) == (2, "")
    assert "no schemas of Kubernetes '1.20'" in done.err


def test_without_the_extra_it_is_said_that_fields_are_not_checked(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes_validate", None)
    monkeypatch.setitem(sys.modules, "kubernetes_validate.utils", None)
    done = cli("plan", *WHO, write_job(tmp_path, JOB))
    assert done.code == 0
    assert done.err.splitlines()[-1].endswith('(pip install "launcher-k8s[schemas]")')
    asked = cli("plan", *WHO, "--kubernetes", "1.36", write_job(tmp_path, JOB))
    assert asked.code == 1
    assert 'pip install "launcher-k8s[schemas]"' in asked.err
