"""Controls on a real cluster, beyond the contract: images without a shell, trees of processes, races."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from launcher_k8s import InvalidJobStateError, Job, JobBackend, JobState, NotSupportedError, Operation
from launcher_k8s.job import Json
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection
from tests.cluster.real import RealCluster

ROUNDS = 8
QUICKLY: dict[str, Json] = {"/spec/template/spec/terminationGracePeriodSeconds": 1}
TREE = "sh -c 'sleep 1000; echo child' & (sleep 1000 &); echo begun; wait; echo after"


@asynccontextmanager
async def backend_on(
    cluster: RealCluster, namespace: str, folder: Path, image: str
) -> AsyncIterator[JobBackend]:
    token = folder / "token"
    token.write_text(cluster.token)
    token.chmod(0o600)
    overrides = tuple(Override(pointer, value) for pointer, value in QUICKLY.items())
    everyone = ProfileSection.everyone(default_container_image=image, job_json_overrides=overrides)
    settings = ClusterSettings(
        namespace=namespace,
        profiles=(everyone,),
        api_url=cluster.api_url,
        auth_token_path=str(token),
        certificate_authority=cluster.ca_pem,
    )
    async with JobBackend(settings, groups=lambda _user: ()) as backend:
        yield backend


@pytest.mark.parametrize(
    ("words", "operation", "end"),
    [
        (("obey", "print", "x", "forever"), Operation.STOP, (JobState.FINISHED, 143)),
        (("ignore", "print", "x", "forever"), Operation.STOP, (JobState.FINISHED, 137)),
        (("obey", "print", "x", "forever"), Operation.KILL, (JobState.KILLED, 143)),
    ],
)
async def test_an_image_without_a_shell_is_ended_by_its_node(
    real_cluster: RealCluster,
    namespace: str,
    tmp_path: Path,
    words: tuple[str, ...],
    operation: Operation,
    end: tuple[JobState, int],
) -> None:
    async with backend_on(real_cluster, namespace, tmp_path, real_cluster.noshell_image) as backend:
        submitted = await backend.submit(Job.exec(["/noshell", *words]), user="jsmith")
        await backend.wait(submitted.id, until=JobState.RUNNING)
        with pytest.raises(NotSupportedError, match="no shell"):
            await backend.control(submitted.id, Operation.SUSPEND)
        assert not (await backend.control(submitted.id, operation)).operation_complete
        final = await backend.wait(submitted.id, timeout_s=60)
        output = b"".join([piece.data async for piece in backend.output(submitted.id)])  # type: ignore[union-attr]
    assert (final.state, final.exit_code) == end
    assert output == b"x\n"


@pytest.mark.parametrize(
    ("script", "operation", "end", "printed"),
    [
        (TREE, Operation.STOP, (JobState.FINISHED, 143), b"begun\n"),
        (TREE, Operation.KILL, (JobState.KILLED, 137), b"begun\n"),
        (f"trap '' TERM; {TREE}", Operation.KILL, (JobState.KILLED, 137), b"begun\n"),
        ("trap 'echo bye; exit 5' TERM; echo begun; sleep 1000 & wait", Operation.STOP,
         (JobState.FINISHED, 5), b"begun\nbye\n"),
    ],
)  # fmt: skip
async def test_the_whole_tree_is_signalled(
    real_cluster: RealCluster,
    namespace: str,
    tmp_path: Path,
    script: str,
    operation: Operation,
    end: tuple[JobState, int],
    printed: bytes,
) -> None:
    async with backend_on(real_cluster, namespace, tmp_path, real_cluster.image) as backend:
        submitted = await backend.submit(Job.shell(script, name="tree"), user="jsmith")
        async with backend.output(submitted.id) as output:
            said = [await anext(output)]
            await backend.wait(submitted.id, until=JobState.RUNNING)
            assert (await backend.control(submitted.id, operation)).operation_complete
            said += [piece async for piece in output]
        final = await backend.wait(submitted.id, timeout_s=60)
    assert (final.state, final.exit_code) == end
    assert b"".join(piece.data for piece in said) == printed  # type: ignore[union-attr]


async def test_a_job_that_ends_as_it_is_stopped_is_told_as_it_ended(
    real_cluster: RealCluster, namespace: str, tmp_path: Path
) -> None:
    async with backend_on(real_cluster, namespace, tmp_path, real_cluster.image) as backend:
        ends = set()
        for number in range(ROUNDS):
            job = Job.shell(f"sleep 0.{number}; exit 3", name="race")
            submitted = await backend.submit(job, user="jsmith")
            await backend.wait(submitted.id, until=JobState.RUNNING)
            with suppress(InvalidJobStateError):
                await backend.control(submitted.id, Operation.STOP)
            final = await backend.wait(submitted.id, timeout_s=60)
            ends.add((final.state, final.exit_code))
        seen = await backend.list()
    async with backend_on(real_cluster, namespace, tmp_path, real_cluster.image) as fresh:
        assert await fresh.list() == seen
    assert ends <= {(JobState.FINISHED, 3), (JobState.FINISHED, 143)}
