"""``explain --json`` on every row of the guide's worked numbers (domain, section 2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_runs import PROFILES, RESOURCES, Cli, Done, place, write_directory
from tests.examples import example_directory

POWER = ("posit-power-users",)
BIO = ("bioinformatics",)
ALL = "[*]"
P = "[@posit-power-users]"
JSMITH = "[jsmith]"
IMAGE = ("--image", "r-session:3.4.2")
SUBJECTS = ("cpu limit", "cpu request", "memory limit", "memory request")
GENERATIONS = ("profiles", "profiles_older")

# who, groups, then of each subject in both generations: the value, and the section and key that gives it
CPUS, MEM = (ALL, "default-cpus"), (ALL, "default-mem-mb")
P_CPUS, P_MEM = (P, "default-cpus"), (P, "default-mem-mb")
GETS = [
    ("jane", (), ("1", "512M"), (CPUS, MEM)),
    ("jane", POWER, ("4", "4096M"), (P_CPUS, P_MEM)),
    ("jsmith", (), ("1", "512M"), (CPUS, MEM)),
    ("jsmith", POWER, ("3", "4096M"), ((JSMITH, "max-cpus"), P_MEM)),
]

ACCEPTED = [
    ("jane", (), ("--placement-constraint", "node:anything")),
    ("jane", (), ("--placement-constraint", "region:us")),
    ("jane", (), ("--placement-constraint", "region:eu")),
    ("jane", (), ("--image", "r-session:3.4.2")),
    ("jane", (), ("--image", "r-session:3.5.0")),
    ("jane", (), ("--cpus", "2")),
    ("jane", (), ("--mem-mb", "1024")),
    ("jane", POWER, ("--image", "r-session:preview")),
    ("jane", POWER, ("--image", "anything/at:all")),
    ("jane", POWER, ("--nvidia-gpus", "2")),
    ("jane", POWER, ("--amd-gpus", "3")),
    ("jane", POWER, ("--cpus", "20")),
    ("jane", POWER, ("--mem-mb", "20480")),
    ("jsmith", (), ("--cpus", "3")),
    ("jsmith", POWER, ("--cpus", "3")),
]

# who, groups, flags, what is refused, the limit, the section and key that sets it (none: a default)
REFUSED = [
    (
        "jane",
        (),
        ("--image", "r-session:preview"),
        "image",
        "r-session:3.4.2, r-session:3.5.0",
        (ALL, "container-images"),
    ),
    (
        "jane",
        (),
        ("--placement-constraint", "region:ap"),
        "placement constraint",
        "node, region:us, region:eu",
        (ALL, "placement-constraints"),
    ),
    ("jane", (), ("--mem-mb", "1025"), "memory limit", "1024", (ALL, "max-mem-mb")),
    ("jane", (), ("--nvidia-gpus", "1"), "NVIDIA GPUs", "0", None),
    ("jane", POWER, ("--nvidia-gpus", "3"), "NVIDIA GPUs", "2", (P, "max-nvidia-gpus")),
    ("jane", POWER, ("--amd-gpus", "4"), "AMD GPUs", "3", (P, "max-amd-gpus")),
    ("jane", POWER, ("--cpus", "21"), "cpu limit", "20", (P, "max-cpus")),
    ("jsmith", (), ("--cpus", "4"), "cpu limit", "3", (JSMITH, "max-cpus")),
    ("jsmith", (), ("--mem-mb", "1025"), "memory limit", "1024", (ALL, "max-mem-mb")),
    ("jsmith", POWER, ("--cpus", "4"), "cpu limit", "3", (JSMITH, "max-cpus")),
]

ALL_FOUR = ["default", "small", "default-gpu", "hugemem"]


def amounts(done: Done) -> list[str]:
    decisions = done.records("decisions", "about")
    return [decisions[subject]["value"] for subject in SUBJECTS]


def only_refusal(done: Done) -> dict[str, str]:
    assert done.code == 1
    (refusal,) = done.json["refusals"]
    assert isinstance(refusal, dict)
    return refusal


@pytest.mark.parametrize("example", GENERATIONS)
@pytest.mark.parametrize(("user", "groups", "values", "places"), GETS)
def test_who_states_nothing_gets(
    cli: Cli,
    user: str,
    groups: tuple[str, ...],
    values: tuple[str, str],
    places: tuple[tuple[str, str], ...],
    example: str,
) -> None:
    done = cli.explain(example, user, groups, *IMAGE)
    decisions = done.records("decisions", "about")
    assert done.code == 0
    for subject, value, where in zip(("cpu limit", "memory limit"), values, places, strict=True):
        assert decisions[subject]["value"] == value
        assert decisions[subject]["origin"] == place(example, *where)


@pytest.mark.parametrize(("user", "groups"), [(user, groups) for user, groups, _, _ in GETS])
def test_requests_are_those_of_the_file_that_has_some(cli: Cli, user: str, groups: tuple[str, ...]) -> None:
    decisions = cli.explain("profiles", user, groups, *IMAGE).records("decisions", "about")
    assert decisions["cpu request"]["value"] == "0.5"
    assert decisions["cpu request"]["origin"] == place("profiles", ALL, "default-cpus-request")
    assert decisions["memory request"]["value"] == "256M"
    assert decisions["memory request"]["origin"] == place("profiles", ALL, "default-mem-mb-request")


@pytest.mark.parametrize(("user", "groups"), [(user, groups) for user, groups, _, _ in GETS])
def test_the_older_generation_has_no_requests(cli: Cli, user: str, groups: tuple[str, ...]) -> None:
    decisions = cli.explain("profiles_older", user, groups, *IMAGE).records("decisions", "about")
    assert [decisions[subject]["value"] for subject in ("cpu request", "memory request")] == ["none", "none"]


@pytest.mark.parametrize("example", GENERATIONS)
def test_a_default_that_was_cut_tells_both_lines(cli: Cli, example: str) -> None:
    decision = cli.explain(example, "jsmith", POWER, *IMAGE).records("decisions", "about")["cpu limit"]
    assert decision["how"] == "clamped"
    assert place(example, P, "default-cpus") in decision["reason"]


@pytest.mark.parametrize("example", GENERATIONS)
@pytest.mark.parametrize(("user", "groups", "flags"), ACCEPTED)
def test_accepted(cli: Cli, user: str, groups: tuple[str, ...], flags: tuple[str, str], example: str) -> None:
    done = cli.explain(example, user, groups, *IMAGE, *flags)
    stated = [row["value"].removesuffix("M") for row in done.json["decisions"] if row["how"] == "stated"]
    assert done.code == 0
    assert flags[1] in stated


@pytest.mark.parametrize("example", GENERATIONS)
@pytest.mark.parametrize(("user", "groups", "flags", "about", "limit", "where"), REFUSED)
def test_refused(
    cli: Cli,
    user: str,
    groups: tuple[str, ...],
    flags: tuple[str, str],
    about: str,
    limit: str,
    where: tuple[str, str] | None,
    example: str,
) -> None:
    refusal = only_refusal(cli.explain(example, user, groups, *IMAGE, *flags))
    assert (refusal["about"], refusal["limit"]) == (about, limit)
    assert refusal["origin"] == (place(example, *where) if where else "default")
    for part in (repr(user), refusal["value"], refusal["origin"]):
        assert part in refusal["reason"]


@pytest.mark.parametrize("example", GENERATIONS)
@pytest.mark.parametrize(
    ("setting", "value", "section", "shadowed"),
    [
        ("placement-constraints", "node, region:us, region:eu", ALL, None),
        ("default-cpus", "4", P, ALL),
        ("default-mem-mb", "4096", P, ALL),
        ("default-nvidia-gpus", "0", P, None),
        ("default-amd-gpus", "0", P, None),
        ("max-nvidia-gpus", "2", P, None),
        ("max-amd-gpus", "3", P, None),
        ("max-cpus", "3", JSMITH, P),
        ("max-mem-mb", "20480", P, ALL),
        ("container-images", "r-session:3.4.2, r-session:3.5.0, r-session:preview", P, ALL),
        ("allow-unknown-images", "1", P, ALL),
    ],
)
def test_each_setting_of_jsmith_in_power_users_with_its_line_and_what_it_shadows(
    cli: Cli, setting: str, value: str, section: str, shadowed: str | None, example: str
) -> None:
    row = cli.explain(example, "jsmith", POWER).records("profile", "setting")[setting]
    assert (row["value"], row["origin"]) == (value, place(example, section, setting))
    if shadowed:
        assert place(example, shadowed, setting) in [each["origin"] for each in row["shadowed"]]


def test_a_ratio_of_one_half(cli: Cli, tmp_path: Path) -> None:
    ratio = "[*]\ncpu-request-ratio=0.5\nmemory-request-ratio=0.5\ndefault-cpus=4\ndefault-mem-mb=4096\n"
    directory = write_directory(tmp_path, {"launcher.kubernetes.conf": "", PROFILES: ratio})
    flags = ("--json", "--config", directory, "--user", "jane", "--group", "g", *IMAGE)
    done = cli("explain", *flags)
    assert amounts(done) == ["4", "2", "4096M", "2048M"]
    decision = done.records("decisions", "about")["cpu request"]
    assert decision["how"] == "ratio-derived"
    assert f"{directory}/{PROFILES}:2 [*] cpu-request-ratio" in decision["origin"] + decision["reason"]


@pytest.mark.parametrize(
    ("name", "cpus", "memory", "nvidia"),
    [
        ("default", "1", "4096M", "0"),
        ("small", "1", "512M", "0"),
        ("default-gpu", "1", "4096M", "1"),
        ("hugemem", "8", "262144M", "0"),
    ],
)
def test_a_resource_profile_gives(cli: Cli, name: str, cpus: str, memory: str, nvidia: str) -> None:
    done = cli.explain("resources", "jane", (), *IMAGE, "--resource-profile", name)
    decisions = done.records("decisions", "about")
    assert amounts(done) == [cpus, "none", memory, "none"]
    assert [decisions[gpus]["value"] for gpus in ("NVIDIA GPUs", "AMD GPUs")] == [nvidia, "0"]
    origin = place("resources", f"[{name}]", file=RESOURCES)
    assert all(decisions[about]["origin"].startswith(origin) for about in ("cpu limit", "memory limit"))


def test_resource_profiles_are_shown_with_their_names_and_lines(cli: Cli) -> None:
    rows = cli.explain("resources", "jane", ()).json["resourceProfiles"]
    assert [row["name"] for row in rows] == ["Default", "small", "Default GPU", "Huge Memory"]
    assert [row["origin"] for row in rows] == [
        place("resources", f"[{row['section']}]", file=RESOURCES) for row in rows
    ]


@pytest.mark.parametrize(
    ("example", "groups", "offered", "custom"),
    [
        ("restriction", (), ["default", "small"], False),
        ("restriction", BIO, ALL_FOUR, False),
        ("restriction", POWER, ALL_FOUR, True),
        ("restriction", BIO + POWER, ALL_FOUR, True),
        ("resources", (), ALL_FOUR, True),
        ("joined", (), ["default", "small"], False),
    ],
)
def test_offered(cli: Cli, example: str, groups: tuple[str, ...], offered: list[str], custom: bool) -> None:
    done = cli.explain(example, "jane", groups, *IMAGE, "--cpus", "1")
    assert [row["section"] for row in done.json["resourceProfiles"]] == offered
    assert done.code == (0 if custom else 1)


@pytest.mark.parametrize("groups", [(), BIO])
def test_custom_limits_are_refused_with_the_line_that_forbids_them(cli: Cli, groups: tuple[str, ...]) -> None:
    refusal = only_refusal(cli.explain("restriction", "jane", groups, *IMAGE, "--cpus", "1"))
    assert refusal["origin"] == place("restriction", ALL, "allow-custom-resources")
    assert refusal["reason"].startswith("Invalid resource profile for user")


def test_a_profile_that_is_not_offered_is_refused_with_the_line_that_restricts(cli: Cli) -> None:
    refusal = only_refusal(cli.explain("restriction", "jane", (), *IMAGE, "--resource-profile", "hugemem"))
    assert (refusal["value"], refusal["limit"]) == ("hugemem", "default, small")
    assert refusal["origin"] == place("restriction", ALL, "resource-profiles")


@pytest.mark.parametrize(
    ("groups", "chosen"), [((), "default"), (BIO, "default"), (POWER, "custom"), (BIO + POWER, "custom")]
)
def test_what_a_job_that_states_nothing_gets_under_the_restriction(
    cli: Cli, groups: tuple[str, ...], chosen: str
) -> None:
    decisions = cli.explain("restriction", "jane", groups, *IMAGE).records("decisions", "about")
    assert decisions["resource profile"]["value"] == chosen


def test_joined_default_is_unusable_and_refused_with_the_line_of_the_maximum(cli: Cli) -> None:
    done = cli.explain("joined", "jane", (), *IMAGE, "--resource-profile", "default")
    refusal = only_refusal(done)
    maximum = place("joined", ALL, "max-mem-mb")
    assert (refusal["value"], refusal["limit"], refusal["origin"]) == ("4096", "1024", maximum)
    offered = done.records("resourceProfiles", "section")
    assert maximum in offered["default"]["unusable because"]
    assert offered["small"]["unusable because"] == ""


def test_joined_nothing_stated_gives_small_and_says_why(cli: Cli) -> None:
    done = cli.explain("joined", "jane", (), *IMAGE)
    decision = done.records("decisions", "about")["resource profile"]
    assert decision["value"] == "small"
    assert place("joined", ALL, "max-mem-mb") in decision["reason"]
    assert amounts(done) == ["1", "0.5", "512M", "256M"]


def test_without_a_job_only_the_user_is_explained(cli: Cli) -> None:
    assert set(cli.explain("profiles", "jane", ()).json) == {
        "cluster",
        "user",
        "groups",
        "profile",
        "resourceProfiles",
    }


def test_text_has_the_same_cells(cli: Cli) -> None:
    directory = str(example_directory("joined"))
    done = cli("explain", "--config", directory, "--user", "jane", "--group", "g", *IMAGE, "--cpus", "1")
    assert done.code == 1
    for part in (
        "What jane in g gets",
        place("joined", ALL, "max-cpus"),
        place("joined", "[small]", file=RESOURCES),
        "The job is refused",
        "Invalid resource profile for user",
    ):
        assert part in done.out


def test_an_override_that_cannot_be_applied_is_a_refusal_with_its_line(cli: Cli, tmp_path: Path) -> None:
    value = tmp_path / "value.json"
    files = {
        "launcher.kubernetes.conf": "",
        PROFILES: f'[*]\njob-json-overrides="/kind/x":"{value}"\n',
        value.name: "1",
    }
    directory = write_directory(tmp_path, files)
    done = cli("explain", "--json", "--config", directory, "--user", "jane", "--group", "g", *IMAGE)
    refusal = only_refusal(done)
    assert refusal["about"] == "/kind/x"
    assert refusal["origin"].startswith(f"{directory}/{PROFILES}:2 [*]")


@pytest.mark.parametrize("flags", [(), ("--image", "r-session:3.4.2")])
def test_everyone_is_nobody_to_explain(cli: Cli, flags: tuple[str, ...]) -> None:
    done = cli.explain("profiles", "*", (), *flags)
    assert (done.code, done.json["error"]["kind"]) == (1, "InvalidJobError")
    assert "stands for all users" in done.json["error"]["message"]


def test_a_jobs_findings_are_told_and_not_clean(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "value.json").write_text("[]")
    text = '[*]\njob-json-overrides="/spec/template/spec/hostAlias":"value.json"\n'
    where = write_directory(tmp_path, {"launcher.kubernetes.conf": "", PROFILES: text})
    words = ("explain", "--config", where, "--user", "jane", "--group", "g")
    assert cli(*words).code == 0
    done = cli(*words, "--image", "i", "--kubernetes", "1.36")
    assert done.code == 1
    assert "- Job /spec/template/spec/hostAlias is no field of PodSpec in Kubernetes 1.36" in done.out
    (finding,) = cli(*words, "--image", "i", "--json").json["findings"]
    assert finding["hint"] == "did you mean hostAliases?"
