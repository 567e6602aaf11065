"""The demo as a newcomer sees it: it really runs, on a cluster in this process."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from launcher_k8s.cli import sample
from tests.cli_runs import PROFILES, Cli, write_directory

MAIN = "launcher.kubernetes.conf"
TIME = r"\d\d:\d\d:\d\d"


def lines_of(out: str) -> list[Any]:
    return [json.loads(line) for line in out.splitlines()]


def all_of(lines: list[Any], key: str) -> list[Any]:
    return [line[key] for line in lines if key in line]


def test_it_ends_with_a_job_that_has_finished(cli: Cli) -> None:
    done = cli("demo")
    assert done.code == 0
    states = re.findall(rf"^{TIME}\.\d{{3}}  (.*)$", done.out, re.MULTILINE)
    assert states == ["Pending", "Running", "Finished, exit code 0"]
    assert "\nround 3 of 3\nfitted\n" in done.out
    ending = (
        rf"^Job model-fit-\w{{8}}: Finished, exit code 0; submitted {TIME}, started {TIME}, ended {TIME}\."
    )
    assert re.search(ending, done.out, re.MULTILINE)


def test_what_it_says_to_try_next_works(cli: Cli) -> None:
    words = shlex.split(cli("demo").out.splitlines()[-1].partition(":")[2])
    done = cli(*words[1:])
    assert words[0] == "launcher-k8s"
    assert (done.code, done.out) == (0, "hello\n")


def test_it_says_where_the_job_runs_on_both_streams(cli: Cli) -> None:
    done = cli("demo")
    for told in (done.out, done.err):
        assert re.search(r"on this machine, as (this )?user", told)


def test_each_decision_has_the_line_that_says_so(cli: Cli) -> None:
    done = cli("demo")
    said = (Path(sample.DIRECTORY) / PROFILES).read_text().splitlines()
    (line,) = [number for number, text in enumerate(said, start=1) if text.startswith("cpu-request-ratio=")]
    row = rf"^cpu request +0\.5 +ratio-derived +{re.escape(PROFILES)}:{line} \[\*\] cpu-request-ratio$"
    assert re.search(row, done.out, re.MULTILINE)
    assert f"\nconfiguration  {sample.DIRECTORY}\n" in done.out
    assert f"{MAIN}:3 api-url is without effect here" in done.out


def test_as_json(cli: Cli) -> None:
    done = cli("demo", "--json")
    lines = lines_of(done.out)
    assert done.code == 0
    assert (lines[0]["user"], lines[0]["groups"], lines[0]["config"]) == (
        "jane",
        ["analysts"],
        sample.DIRECTORY,
    )
    assert lines[1]["jobId"].startswith("model-fit-")
    assert {"cpu limit", "image"} <= {row["about"] for row in lines[1]["decisions"]}
    assert [status["state"] for status in all_of(lines, "status")] == ["Pending", "Running", "Finished"]
    assert "".join(all_of(lines, "output")).endswith("fitted\n")
    assert lines[-1] == {"exitCode": 0}


def test_under_a_configuration_of_ones_own(cli: Cli, tmp_path: Path) -> None:
    files = {
        MAIN: "api-url=https://192.0.2.1\nauth-token=secret\nkubernetes-namespace=mine\n",
        PROFILES: "[*]\ndefault-container-image=own:1\n",
    }
    directory = write_directory(tmp_path, files)
    done = cli("demo", "--json", "--config", directory, "--user", "zoe", "--group", "g")
    lines = lines_of(done.out)
    decided = {row["about"]: row for row in lines[1]["decisions"]}
    assert done.code == 0
    assert lines[0]["replaced"] == [f"{directory}/{MAIN}:1 api-url", f"{directory}/{MAIN}:2 auth-token"]
    assert (lines[0]["user"], lines[0]["groups"]) == ("zoe", ["g"])
    assert decided["image"] == {
        "about": "image",
        "value": "own:1",
        "how": "defaulted",
        "origin": f"{directory}/{PROFILES}:2 [*] default-container-image",
        "reason": "",
    }
    assert "secret" not in done.out + done.err


def test_a_job_that_is_refused_is_told(cli: Cli) -> None:
    done = cli("demo", "--cpus", "100")
    assert done.code == 1
    assert "100" in done.err
    assert f"{PROFILES}:" in done.err


def test_flags_describe_the_job_instead_of_the_sample(cli: Cli) -> None:
    done = cli("demo", "--json", "--cpus", "0.5", "--image", "python-session:3.13")
    decided = {row["about"]: row["value"] for row in lines_of(done.out)[1]["decisions"]}
    assert (decided["resource profile"], decided["cpu limit"]) == ("custom", "0.5")


@pytest.mark.parametrize("words", [("--json",), ()])
def test_files_with_mistakes_are_told_before_anything_runs(
    cli: Cli, tmp_path: Path, words: tuple[str, ...]
) -> None:
    directory = write_directory(tmp_path, {MAIN: "nothing=1\n"})
    done = cli("demo", *words, "--config", directory, "--user", "zoe", "--group", "g")
    assert done.code == 1
    assert "on this machine" not in done.err
