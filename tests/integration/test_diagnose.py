"""Real causes, each diagnosed in words, with the rights of the guide's role and no others.

All run side by side, once, in one namespace: each takes as long as Kubernetes takes to tell it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from launcher_k8s import (
    Cause,
    ClusterSettings,
    Diagnosis,
    Job,
    JobBackend,
    JobState,
    Mount,
    MountSource,
    load_settings,
)
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration
from tests.integration.looking import overriding
from tests.integration.registry import add_registry
from tests.integration.roles import create_guide_account

SOON_S = 150
LOOKS = 40
ACCOUNT = "launcher"
TEXT = "no program, and no script"
SCRATCH = Mount("/scratch", MountSource("passthrough", {"name": "scratch", "emptyDir": {"sizeLimit": "1Mi"}}))
TOOLS = Mount(
    "/tools",
    MountSource("passthrough", {"name": "tools", "configMap": {"name": "tools", "defaultMode": 0o755}}),
)
NO_MAP = Mount("/settings", MountSource("passthrough", {"name": "settings", "configMap": {"name": "no-map"}}))
NO_CLAIM = Mount(
    "/data", MountSource("passthrough", {"name": "data", "persistentVolumeClaim": {"claimName": "no-claim"}})
)
QUOTA = {"metadata": {"name": "team"}, "spec": {"hard": {"requests.nvidia.com/gpu": "1"}}}
LIMITS = {
    "metadata": {"name": "team"},
    "spec": {
        "limits": [
            {
                "type": "Container",
                "max": {"cpu": "8"},
                "default": {"cpu": "1"},
                "defaultRequest": {"cpu": "10m"},
            }
        ]
    },
}


@attrs.frozen
class Case:
    """A job that comes to grief, and what is to be said of it."""

    job: Job
    cause: Cause
    says: str
    user: str = "jsmith"
    ends: bool = False

    def is_told_by(self, said: Diagnosis) -> bool:
        """Whether a diagnosis says it."""
        return said.cause is self.cause and self.says in said.summary


CASES: Mapping[str, Case] = {
    "a node selector nobody has": Case(
        Job.shell("true", name="selector", placement_constraints=["kind:gpu-big"]),
        Cause.UNSCHEDULABLE,
        "the label that the job asks for (kind=gpu-big) is missing",
    ),
    "too much memory asked": Case(
        Job.shell("true", name="memory", mem_mb=900_000, mem_mb_request=900_000),
        Cause.UNSCHEDULABLE,
        "too little free memory (the job asks for 900",
    ),
    "an image that is not there": Case(
        Job.shell("true", name="image", image="REGISTRY/nosuch:1"), Cause.IMAGE_NOT_FOUND, "/nosuch:1"
    ),
    "an image for others": Case(
        Job.shell("true", name="private", image="REGISTRY/private:1"),
        Cause.IMAGE_CREDENTIALS,
        "without credentials",
    ),
    "a registry that is asked too often": Case(
        Job.shell("true", name="busy", image="REGISTRY/busy:1"), Cause.IMAGE_RATE_LIMIT, "too often"
    ),
    "a name that is no image": Case(
        Job.shell("true", name="name", image="No/Image:1"), Cause.IMAGE_NAME, "No/Image:1", ends=True
    ),
    "a missing config map": Case(
        Job.shell("true", name="map", mounts=[NO_MAP]), Cause.CONFIG_MISSING, "the config map no-map"
    ),
    "a missing secret": Case(
        Job.shell("true", name="secret", secrets=["nowhere:key:PASSWORD"]),
        Cause.CONFIG_MISSING,
        "the secret nowhere",
    ),
    "a missing claim": Case(Job.shell("true", name="claim", mounts=[NO_CLAIM]), Cause.VOLUME, "no-claim"),
    "a missing account": Case(
        Job.shell("true", name="account", service_account="robot"), Cause.SERVICE_ACCOUNT, "robot"
    ),
    "quota": Case(Job.shell("true", name="quota", nvidia_gpus=2), Cause.QUOTA, "quota team"),
    "limit range": Case(
        Job.shell("true", name="range", cpus=16), Cause.LIMIT_RANGE, "maximum cpu per Container is 8"
    ),
    "a command that does not exist": Case(
        Job(name="program", exe="/no/such/program"), Cause.COMMAND_NOT_FOUND, "/no/such/program", ends=True
    ),
    "a shell's command that does not exist": Case(
        Job.shell("nosuch", name="shell"), Cause.COMMAND_NOT_FOUND, "exit code 127", ends=True
    ),
    "not executable": Case(
        Job(name="passwd", exe="/etc/passwd"), Cause.NOT_EXECUTABLE, "/etc/passwd", ends=True
    ),
    "exec format": Case(
        Job(name="format", exe="/tools/text", mounts=(TOOLS,)), Cause.EXEC_FORMAT, "/tools/text", ends=True
    ),
    "OOM": Case(
        Job.shell("tail /dev/zero", name="oom", mem_mb=32), Cause.OUT_OF_MEMORY, "more memory", ends=True
    ),
    "eviction": Case(
        Job.shell("dd if=/dev/zero of=/scratch/x bs=1M count=8; sleep 300", name="scratch", mounts=[SCRATCH]),
        Cause.EVICTED,
        "wrote more to the node's disk",
        ends=True,
    ),
    "pod deleted by hand": Case(
        Job.shell("sleep 300", name="deleted"), Cause.DELETED, "deleted in the cluster", ends=True
    ),
    "deadline": Case(
        Job.shell("sleep 300", name="late"), Cause.DEADLINE, "longer than", user="late", ends=True
    ),
    "stdin that nobody sends": Case(
        Job.shell("cat", name="reader"), Cause.STDIN_WAITING, "may wait for its input", user="reader"
    ),
    "nothing": Case(Job.shell("sleep 300", name="well"), Cause.RUNNING, "The job runs"),
    "an end": Case(Job.shell("exit 3", name="end"), Cause.FINISHED, "exit code 3", ends=True),
}


class Clinic:
    """Runs the cases on a cluster, and keeps what was said of each."""

    def __init__(
        self, cluster: RealCluster, namespace: str, settings: ClusterSettings, registry: str
    ) -> None:
        self._cluster = cluster
        self._pods = f"/api/v1/namespaces/{namespace}/pods"
        self._settings = settings
        self._registry = registry
        self.said: dict[str, Diagnosis] = {}
        self.said_afresh: dict[str, Diagnosis] = {}

    async def see_all(self) -> None:
        """Every case to the point where something is to be said of it; the ended ones by two backends."""
        async with asyncio.timeout(SOON_S):
            async with JobBackend(self._settings) as backend, asyncio.TaskGroup() as tasks:
                for name, case in CASES.items():
                    tasks.create_task(self._see(backend, name, case))
            async with JobBackend(self._settings) as fresh:
                for name, case in CASES.items():
                    if case.ends:
                        self.said_afresh[name] = await fresh.diagnose(self.said[name].job_id)

    async def _see(self, backend: JobBackend, name: str, case: Case) -> None:
        container = case.job.container
        image = container.image.replace("REGISTRY", self._registry)
        job = attrs.evolve(case.job, container=attrs.evolve(container, image=image))
        job_id = (await backend.submit(job, user=case.user)).id
        if case.cause is Cause.DELETED:
            await backend.wait(job_id, until=JobState.RUNNING)
            await asyncio.to_thread(self._delete_pod_of, job_id)
        if case.ends:
            await backend.wait(job_id)
        else:
            await _something_told(backend, job_id)
        self.said[name] = await backend.diagnose(job_id)
        if not case.ends:
            await self._await_better_words(backend, name, case)

    async def _await_better_words(self, backend: JobBackend, name: str, case: Case) -> None:
        """The first may be of a busy kubelet, which has not come to look."""
        for _ in range(LOOKS):
            if case.is_told_by(self.said[name]):
                return
            await asyncio.sleep(1)
            self.said[name] = await backend.diagnose(self.said[name].job_id)

    def _delete_pod_of(self, job_id: str) -> None:
        (pod,) = self._cluster.request("GET", f"{self._pods}?labelSelector=job-name={job_id}")["items"]
        self._cluster.request("DELETE", f"{self._pods}/{pod['metadata']['name']}?gracePeriodSeconds=1")


async def _something_told(backend: JobBackend, job_id: str) -> None:
    async with backend.statuses(job_id) as statuses:
        async for status in statuses:
            if status.status_message or status.state is not JobState.PENDING:
                return


@pytest.fixture(scope="module")
def clinic(real_cluster: RealCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """All cases, seen."""
    namespace = real_cluster.create_namespace()
    folder = tmp_path_factory.mktemp("diagnose")
    core = f"/api/v1/namespaces/{namespace}"
    real_cluster.request("POST", f"{core}/resourcequotas", QUOTA)
    real_cluster.request("POST", f"{core}/limitranges", LIMITS)
    real_cluster.request(
        "POST", f"{core}/configmaps", {"metadata": {"name": "tools"}, "data": {"text": TEXT}}
    )
    create_guide_account(real_cluster, namespace, ACCOUNT)
    registry = add_registry(real_cluster, namespace, port=20000 + secrets.randbelow(9000))
    profiles = (
        f"[*]\ndefault-container-image={real_cluster.image}\nallow-unknown-images=1\nmax-nvidia-gpus=4\n"
        "placement-constraints=kind:gpu-big\n"
        f"[late]\n{_override('/spec/activeDeadlineSeconds', 2, folder / 'late')}"
        f"[reader]\n{_override('/spec/template/spec/containers/0/stdin', True, folder / 'reader')}"
    )
    token = real_cluster.service_account_token(namespace, ACCOUNT)
    directory = configuration(folder / "conf", real_cluster, namespace, profiles=profiles, token=token)
    clinic = Clinic(real_cluster, namespace, load_settings(directory).cluster(), registry)
    asyncio.run(clinic.see_all())
    yield clinic
    real_cluster.delete_namespace(namespace)


def _override(pointer: str, value: object, folder: Path) -> str:
    folder.mkdir()
    return overriding({pointer: value}, folder)


@pytest.mark.parametrize("name", CASES)
def test_a_real_cause_is_diagnosed_in_words(clinic: Clinic, name: str) -> None:
    case, said = CASES[name], clinic.said[name]
    assert case.is_told_by(said), said
    assert said.since is not None


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.ends])
def test_a_fresh_process_says_the_same_of_what_has_ended(clinic: Clinic, name: str) -> None:
    before, after = clinic.said[name], clinic.said_afresh[name]
    assert (after.cause, after.summary, after.detail, after.since) == (
        before.cause,
        before.summary,
        before.detail,
        before.since,
    )


@pytest.mark.parametrize("name", [name for name in CASES if name not in ("nothing", "an end")])
def test_what_to_do_is_said(clinic: Clinic, name: str) -> None:
    assert clinic.said[name].resolution
