"""``check-config``: every mistake in one run, each at its place; exit codes 0, 1 and 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_runs import PROFILES, RESOURCES, Cli, write_directory
from tests.examples import example_directory

MAIN = "launcher.kubernetes.conf"
ALIASES = "aliases.json"
CONNECTION = "api-url=https://10.0.0.1:6443\nauth-token=s3cret\n"

TWELVE = {
    MAIN: "api-url=https://10.0.0.1:6443/api\nauth-token=s3cret\nwatch-timeout-seconds 60\n"
    "fetch-limit=0\nverify-ssl-cert=1\n",
    PROFILES: "[*]\nmax-cpus=4\nmax-cpus=8\n  cpu-request-ratio = 1.5\nresource-profiles=small, smal\n"
    f'job-json-overrides="/spec/template/spec/hostAliases":"{ALIASES}"\n[jane\nallow-unknown-images=maybe\n',
    RESOURCES: "cpus=1\n[small]\ncpus=500m\nmem-mb=512\n[small]\ncpus=1\nmem-mb=512\n",
    ALIASES: "[\n  {'ip': 1}\n]\n",
}
# file, line, column, code, what is underlined, a word of the hint
MISTAKES = [
    (MAIN, 1, 9, "bad-value", "https://10.0.0.1:6443/api", "'https://10.0.0.1:6443'"),
    (MAIN, 3, 1, "missing-equals", "watch-timeout-seconds 60", "watch-timeout-seconds=60"),
    (MAIN, 4, 13, "out-of-range", "0", "at least 1"),
    (MAIN, 5, 1, "unknown-key", "verify-ssl-cert", "did you mean verify-ssl-certs?"),
    (PROFILES, 3, 1, "duplicate-key", "max-cpus", "keep one"),
    (PROFILES, 4, 23, "bad-ratio", "1.5", "up to 1"),
    (ALIASES, 2, 4, "bad-json", "'", "hostAliases"),
    (PROFILES, 7, 1, "bad-bracket", "[jane", "[title]"),
    (PROFILES, 8, 22, "bad-value", "maybe", "1 or 0"),
    (RESOURCES, 1, 1, "key-outside-section", "cpus", "[section]"),
    (RESOURCES, 3, 6, "bad-value", "500m", "write 0.5"),
    (RESOURCES, 5, 1, "duplicate-section", "[small]", "its own title"),
]


@pytest.fixture
def twelve(tmp_path: Path) -> str:
    return write_directory(tmp_path, TWELVE)


def test_twelve_mistakes_are_told_in_one_run(cli: Cli, twelve: str) -> None:
    done = cli("check-config", twelve, "--json")
    assert done.code == 1
    found = {(Path(each["file"]).name, each["line"], each["code"]): each for each in done.json["diagnostics"]}
    for file, line, column, code, underlined, hint in MISTAKES:
        each = found[file, line, code]
        assert each["severity"] == "error"
        assert each["column"] == column
        assert hint in each["hint"]
        assert each["source"][column - 1 : column - 1 + each["length"]] == underlined
    assert done.json["counts"]["error"] == len(MISTAKES) == 12


def test_twelve_mistakes_are_underlined_in_text(cli: Cli, twelve: str) -> None:
    done = cli("check-config", twelve)
    assert (done.code, done.err) == (1, "")
    blocks = [block.splitlines() for block in done.out.split("\n\n")]
    assert blocks[-2] == ["12 errors, 1 warning"]
    assert "could not be read are not checked" in blocks[-1][0]
    for file, line, column, code, underlined, hint in MISTAKES:
        (block,) = [
            b for b in blocks if b[0].startswith(f"{twelve}/{file}:{line}:{column}") and f"[{code}]" in b[0]
        ]
        start = block[2].index("^")
        assert block[1][start : len(block[2])] == underlined
        assert hint in block[3]


def test_a_resource_profile_that_does_not_exist_is_underlined_alone(cli: Cli, tmp_path: Path) -> None:
    small = "[small]\ncpus=1\nmem-mb=512\n"
    texts = {MAIN: CONNECTION, PROFILES: "[*]\nresource-profiles=small, smal\n", RESOURCES: small}
    done = cli("check-config", write_directory(tmp_path, texts), "--json")
    (finding,) = done.json["diagnostics"]
    assert (finding["line"], finding["column"], finding["length"]) == (2, 26, 4)
    assert finding["hint"] == "did you mean small?"


def test_a_field_that_kubernetes_does_not_know_is_underlined(cli: Cli, tmp_path: Path) -> None:
    texts = {
        MAIN: CONNECTION,
        "a.json": "true",
        PROFILES: '[*]\njob-json-overrides="/spec/suspend":"a.json","/spec/suspendd":"a.json"\n',
    }
    directory = write_directory(tmp_path, texts)
    done = cli("check-config", directory, "--json", "--kubernetes", "1.36")
    (finding,) = [each for each in done.json["diagnostics"] if each["code"] == "overridden-schema"]
    start = finding["column"] - 1
    assert (done.code, finding["line"], finding["hint"]) == (1, 2, "did you mean suspend?")
    assert finding["source"][start : start + finding["length"]] == "/spec/suspendd"
    assert cli("check-config", directory, "--kubernetes", "1.20").code == 2


def test_a_clean_directory(cli: Cli, tmp_path: Path) -> None:
    done = cli("check-config", write_directory(tmp_path, {MAIN: CONNECTION}))
    assert (done.code, done.err) == (0, "")
    assert f"{tmp_path} is clean" in done.out
    assert "What users of Kubernetes get" in done.out


def test_a_warning_is_a_finding(cli: Cli, tmp_path: Path) -> None:
    done = cli("check-config", write_directory(tmp_path, {MAIN: f"{CONNECTION}verify-ssl-certs=0\n"}))
    assert done.code == 1
    assert done.out.splitlines()[-1] == "1 warning"


def test_lenient_passes_over_unknown_keys(cli: Cli, tmp_path: Path) -> None:
    directory = write_directory(tmp_path, {MAIN: f"{CONNECTION}verify-ssl-cert=1\n"})
    assert "1 error" in cli("check-config", directory).out
    assert "1 warning" in cli("check-config", directory, "--lenient").out


def test_a_cluster_that_is_not_configured_is_an_error(cli: Cli, tmp_path: Path) -> None:
    directory = write_directory(tmp_path, {MAIN: CONNECTION})
    done = cli("check-config", directory, "--cluster", "North")
    assert done.code == 2
    assert "configured: Kubernetes" in done.err


def test_a_version_without_schemas_is_wrong_usage(cli: Cli, tmp_path: Path) -> None:
    directory = write_directory(tmp_path, {MAIN: CONNECTION})
    done = cli("check-config", directory, "--kubernetes", "9.99")
    assert done.code == 2
    assert "there are no schemas of Kubernetes '9.99'" in done.err


def test_another_host_is_not_asked_for_groups(cli: Cli, tmp_path: Path) -> None:
    texts = {MAIN: CONNECTION, PROFILES: "[@no-such-group-here]\nmax-cpus=2\n"}
    directory = write_directory(tmp_path, texts)
    assert cli("check-config", directory).code == 1
    assert cli("check-config", directory, "--elsewhere").code == 0


@pytest.mark.parametrize("words", [("a", "b"), ("--jsom",), ("",)])
def test_wrong_usage(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli("check-config", *words).code == 2


# What is true of each published example on a host that has its groups: code, place, what it says.
TRUE_OF = {
    "profiles": [("default-over-maximum", "[jsmith] max-cpus", "jsmith in posit-power-users")],
    "profiles_older": [("default-over-maximum", "[jsmith] max-cpus", "jsmith in posit-power-users")],
    "resources": [],
    "restriction": [],
    "joined": [
        ("profile-over-maximum", "[*] max-cpus", "members of bioinformatics: hugemem"),
        ("profile-over-maximum", "[*] max-mem-mb", "everyone: default"),
        ("profile-over-maximum", "[@posit-power-users] max-mem-mb", "members of posit-power-users: hugemem"),
        ("default-over-maximum", "[jsmith] max-cpus", "jsmith in posit-power-users"),
    ],
}


@pytest.mark.parametrize("example", TRUE_OF)
def test_a_published_example_is_clean_or_has_what_is_true_of_it(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, example: str
) -> None:
    groups = {"posit-power-users", "bioinformatics"}
    monkeypatch.setattr("launcher_k8s.host.knows_group", groups.__contains__)
    done = cli("check-config", str(example_directory(example)), "--json")
    assert done.code == (1 if TRUE_OF[example] else 0)
    assert len(done.json["diagnostics"]) == len(TRUE_OF[example])
    for finding, (code, place, words) in zip(done.json["diagnostics"], TRUE_OF[example], strict=True):
        assert (finding["severity"], finding["code"]) == ("warning", code)
        assert f"[{finding['section']}] {finding['key']}" == place
        assert words in finding["message"]
