"""The guides' examples of templates on a real cluster: what it made of them, and what the job itself sees.

All jobs run side by side, each by a backend of its own whose scratch directory holds the example.
"""

from __future__ import annotations

import asyncio
import base64
import json
import pwd
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from launcher_k8s import (
    Container,
    Job,
    JobBackend,
    JobState,
    JobStatus,
    load_settings,
)
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration
from tests.integration.looking import image_profile, text_of
from tests.template_examples import ADMINS, USERS, templates_of

SOON_S = 90
COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
METADATA_SERVER = "iam.gke.io/gke-metadata-server-enabled"
ZONE = "examples-zone"
NUMERIC_USER = "4711"
HOST_USER = pwd.getpwnam("nobody")  # as `id` knows it on every Linux
GROUPS = {"ann": (ADMINS, "staff"), "bob": (USERS,)}
ON_FARGATE = [f"{COMPUTE_TYPE}:fargate"]
TOKEN = "cut -d. -f2 /var/run/secrets/kubernetes.io/serviceaccount/token"


def shell(command: str, **options: Any) -> Job:
    return Job.shell(command, name="example", **options)


def capabilities_job() -> Job:
    dropping = Container(capabilities_drop=("CHOWN",))
    return attrs.evolve(shell("grep CapEff /proc/self/status"), container=dropping)


@attrs.frozen
class Run:
    """A job that runs by an example: the example's name, the job and its owner."""

    example: str
    job: Job
    user: str = "jsmith"


@attrs.frozen
class Outcome:
    """What became of it: its status, output and objects, and what the plan said against it."""

    status: JobStatus
    output: str
    pod: dict[str, Any]
    service: dict[str, Any]
    findings: tuple[object, ...]


SERVING = shell("true", ports=[8080])
RUNS: Final[Mapping[str, Run]] = {
    "host-aliases": Run("host-aliases", shell("cat /etc/hosts")),
    "capabilities": Run("capabilities", capabilities_job()),
    "image-pull-secrets": Run("image-pull-secrets", shell("true")),
    "init-container": Run("init-container", shell("cat /prepared/note")),
    "cost-centre": Run("cost-centre", shell("true")),
    "admin": Run("groups", shell("true"), "ann"),
    "user": Run("groups", shell("true"), "bob"),
    "service-cluster-ip": Run("service-cluster-ip", SERVING),
    "service-node-port": Run("service-node-port", SERVING),
    "service-load-balancer": Run("service-load-balancer", SERVING),
    "fargate": Run("fargate", shell("true", placement_constraints=ON_FARGATE)),
    "not-fargate": Run("fargate", shell("true", placement_constraints=[f"{ZONE}:east"])),
    "workload-identity": Run("workload-identity", shell("true", placement_constraints=[f"{ZONE}:east"])),
    "fs-group": Run("fs-group", shell("id -G"), HOST_USER.pw_name),
    "service-account": Run("service-account", shell(TOKEN), NUMERIC_USER),
}


@pytest.fixture(scope="module")
def outcomes(
    real_cluster: RealCluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Outcome]]:
    """What became of every job of the module."""
    namespace = real_cluster.create_namespace("examples")
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    real_cluster.request("POST", account, {"metadata": {"name": NUMERIC_USER}})
    labels = {COMPUTE_TYPE: "fargate", METADATA_SERVER: "true", ZONE: "east"}
    real_cluster.label_node(dict(labels))
    try:
        site = Site(real_cluster, namespace, tmp_path_factory.mktemp("examples"))
        yield asyncio.run(site.run_all())
    finally:
        real_cluster.label_node(dict.fromkeys(labels))
        real_cluster.delete_namespace(namespace)


@attrs.frozen
class Site:
    """Where the examples run: a cluster and namespace, and a folder for their files."""

    cluster: RealCluster
    namespace: str
    folder: Path

    async def run_all(self) -> Mapping[str, Outcome]:
        cost_command = self.folder / "cost-center"
        cost_command.write_text('#!/bin/sh\necho "4711"\n')
        cost_command.chmod(0o755)
        ended = await asyncio.gather(*(self.run(name, run, str(cost_command)) for name, run in RUNS.items()))
        return dict(zip(RUNS, ended, strict=True))

    async def run(self, name: str, run: Run, cost_command: str) -> Outcome:
        scratch = self.folder / f"{name}-templates"
        scratch.mkdir()
        for file, text in templates_of(run.example, cost_command=cost_command).items():
            (scratch / file).write_text(text)
        profiles = image_profile(self.cluster) + f"placement-constraints={ZONE},{COMPUTE_TYPE}\n"
        main = f"use-templating=1\nscratch-path={scratch}"
        directory = configuration(
            self.folder / name, self.cluster, self.namespace, profiles=profiles, main=main
        )
        settings = load_settings(directory, environ={}).cluster()
        async with JobBackend(settings, groups=lambda user: GROUPS.get(user, ())) as backend:
            submitted = await backend.submit(run.job, user=run.user)
            status, output = await asyncio.gather(
                backend.wait(submitted.id, timeout_s=SOON_S), text_of(backend.output(submitted.id))
            )
        pod, service = self.look(submitted.id, has_service=bool(run.job.exposed_ports))
        return Outcome(status, output, pod, service, submitted.plan.findings)

    def look(self, job_id: str, *, has_service: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        core = f"/api/v1/namespaces/{self.namespace}"
        (pod,) = self.cluster.request("GET", f"{core}/pods?labelSelector=job-name%3D{job_id}")["items"]
        return pod, self.cluster.request("GET", f"{core}/services/{job_id}") if has_service else {}


def spec_of(outcome: Outcome) -> Any:
    return outcome.pod["spec"]


def annotations_of(outcome: Outcome) -> dict[str, str]:
    found: dict[str, str] = outcome.pod["metadata"]["annotations"]
    return found


@pytest.mark.parametrize("name", RUNS)
def test_it_runs_to_its_end_and_nothing_is_said_against_it(
    outcomes: Mapping[str, Outcome], name: str
) -> None:
    outcome = outcomes[name]
    assert (outcome.status.state, outcome.status.exit_code) == (JobState.FINISHED, 0), outcome.output
    assert outcome.findings == ()


def test_host_aliases_are_in_the_hosts_file(outcomes: Mapping[str, Outcome]) -> None:
    lines = [line.split() for line in outcomes["host-aliases"].output.splitlines()]
    assert ["10.2.141.12", "db01"] in lines
    assert ["10.2.141.13", "db02"] in lines


def test_the_program_has_the_capability_that_is_added_and_not_the_one_it_drops(
    outcomes: Mapping[str, Outcome],
) -> None:
    chown, sys_ptrace = 1 << 0, 1 << 19
    effective = int(outcomes["capabilities"].output.split()[1], 16)
    assert (effective & sys_ptrace, effective & chown) == (sys_ptrace, 0)


def test_the_pod_names_the_secrets_of_registries(outcomes: Mapping[str, Outcome]) -> None:
    spec = spec_of(outcomes["image-pull-secrets"])
    assert spec["imagePullSecrets"] == [{"name": "registry"}, {"name": "mirror"}]


def test_the_job_finds_what_the_init_container_has_written(outcomes: Mapping[str, Outcome]) -> None:
    assert outcomes["init-container"].output == "prepared for jsmith\n"


def test_the_cost_centre_is_text_without_the_newline_of_the_command(outcomes: Mapping[str, Outcome]) -> None:
    assert annotations_of(outcomes["cost-centre"])["my.org/costCenter"] == "4711"


@pytest.mark.parametrize(("who", "groups"), [("admin", f"{ADMINS},staff"), ("user", USERS)])
def test_the_role_follows_the_owners_groups(outcomes: Mapping[str, Outcome], who: str, groups: str) -> None:
    found = annotations_of(outcomes[who])
    assert (found["my.org/role"], found["my.org/groups"]) == (who, groups)


@pytest.mark.parametrize(
    ("name", "kind", "has_node_port"),
    [
        ("service-cluster-ip", "ClusterIP", False),
        ("service-node-port", "NodePort", True),
        ("service-load-balancer", "LoadBalancer", True),
    ],
)
def test_the_service_is_of_the_type(
    outcomes: Mapping[str, Outcome], name: str, kind: str, has_node_port: bool
) -> None:
    spec = outcomes[name].service["spec"]
    assert spec["type"] == kind
    assert spec["clusterIP"] not in ("", "None")
    assert ("nodePort" in spec["ports"][0]) is has_node_port


def test_only_a_pod_on_fargate_has_the_label_for_it(outcomes: Mapping[str, Outcome]) -> None:
    label = "eks.amazonaws.com/fargate-profile"
    assert outcomes["fargate"].pod["metadata"]["labels"][label] == "launcher"
    assert label not in outcomes["not-fargate"].pod["metadata"]["labels"]


def test_the_templates_node_selector_stands_beside_the_jobs_constraint(
    outcomes: Mapping[str, Outcome],
) -> None:
    assert spec_of(outcomes["workload-identity"])["nodeSelector"] == {METADATA_SERVER: "true", ZONE: "east"}


def test_the_program_is_in_the_group_that_the_host_has_for_its_owner(outcomes: Mapping[str, Outcome]) -> None:
    outcome = outcomes["fs-group"]
    assert spec_of(outcome)["securityContext"] == {"fsGroup": HOST_USER.pw_gid}
    assert str(HOST_USER.pw_gid) in outcome.output.split()


def test_the_token_is_that_of_the_account_named_like_the_owner(outcomes: Mapping[str, Outcome]) -> None:
    outcome = outcomes["service-account"]
    assert spec_of(outcome)["serviceAccountName"] == NUMERIC_USER
    payload = outcome.output.strip()
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["sub"].endswith(f":{NUMERIC_USER}")
