# ruff: noqa: ASYNC240

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from launcher_k8s.testing.local.container import ContainerRefused, ContainerSpec, KeeperLost, Streams
from launcher_k8s.testing.local.pods import Pod, Process
from launcher_k8s.testing.local.runtime import Runtime
from tests.unit.testing.local.conftest import Marked, output_of, shell, started


async def ready(pod: Pod, script: str, **more: object) -> tuple[Process, int]:
    """A shell that wrote `ready`: it has come to the end of its script's beginning."""
    reader, writer = os.pipe()
    process = await pod.run(shell(script, **more), Streams(stdout=writer))
    os.close(writer)
    assert await asyncio.to_thread(os.read, reader, 6) == b"ready\n"
    return process, reader


async def test_tells_the_exit_code(pod: Pod) -> None:
    how, _ = await output_of(pod, shell("exit 7"))

    assert (how.code, how.signal) == (7, 0)


async def test_tells_the_signal_that_ended_it(runtime: Runtime) -> None:
    pod = await runtime.create_pod(share_processes=True)  # not as PID 1, which no signal of its own ends

    how, _ = await output_of(pod, shell("kill -SEGV $$"))

    assert (how.code, how.signal) == (128 + signal.SIGSEGV, signal.SIGSEGV)


async def test_runs_between_its_two_times(pod: Pod) -> None:
    before = datetime.now(UTC)
    process = await pod.run(shell("exit 0"))
    how = await process.wait()

    assert before <= process.started_at <= how.finished_at <= datetime.now(UTC)


async def test_gives_exactly_the_environment(pod: Pod) -> None:
    _, text = await output_of(
        pod, ContainerSpec(("env",), env={"A": "1 \n2", "PATH": "/usr/bin:/bin", "HOME": "/h"})
    )

    assert sorted(text.splitlines()) == ["2", "A=1 ", "HOME=/h", "HOSTNAME=pod-1", "PATH=/usr/bin:/bin"]


async def test_adds_a_path_where_there_is_none(pod: Pod) -> None:
    _, text = await output_of(pod, shell('echo "$PATH"'))

    assert text == "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"


async def test_passes_arguments_larger_than_a_socket_buffer(pod: Pod) -> None:
    args = ["x" * 100_000] * 10
    _, text = await output_of(pod, ContainerSpec(("sh", "-c", 'echo "$#" "${#9}"', "sh", *args)))

    assert text == "10 100000\n"


async def test_starts_in_the_working_directory(pod: Pod, tmp_path: Path) -> None:
    _, text = await output_of(pod, shell("pwd", working_dir=str(tmp_path)))

    assert text == f"{tmp_path}\n"


async def test_connects_standard_input(pod: Pod) -> None:
    reader, writer = os.pipe()
    out, into = os.pipe()
    process = await pod.run(ContainerSpec(("cat",)), Streams(stdin=reader, stdout=into))
    os.close(reader)
    os.close(into)

    os.write(writer, b"through")
    os.close(writer)

    assert (await process.wait()).code == 0
    assert os.read(out, 100) == b"through"
    os.close(out)


async def test_gives_a_controlling_terminal(pod: Pod) -> None:
    outer, inner = pty.openpty()
    process = await pod.run(shell("tty <&0 >/dev/null && echo on >/dev/tty"), Streams(terminal=inner))
    os.close(inner)

    assert (await process.wait()).code == 0
    assert os.read(outer, 100) == b"on\r\n"
    os.close(outer)


async def test_hands_on_no_other_descriptor(pod: Pod) -> None:
    _, text = await output_of(pod, shell("ls /proc/self/fd"))

    assert text.split() == ["0", "1", "2", "3"]  # the last is that of ls


async def test_ignores_no_signal(pod: Pod) -> None:
    _, text = await output_of(pod, ContainerSpec(("grep", "-E", "Sig(Ign|Blk)", "/proc/self/status")))

    assert [int(line.split()[1], 16) for line in text.splitlines()] == [0, 0]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("no-such-program", 'exec: "no-such-program": executable file not found in $PATH'),
        ("/no/such", 'exec: "/no/such": stat /no/such: no such file or directory'),
        ("/etc/passwd", 'exec: "/etc/passwd": permission denied'),
        ("/etc", 'exec: "/etc": permission denied'),
        ("", 'exec: "": executable file not found in $PATH'),
    ],
)
async def test_tells_what_could_not_start_as_a_node_does(pod: Pod, command: str, text: str) -> None:
    with pytest.raises(ContainerRefused) as caught:
        await pod.run(ContainerSpec((command,)))

    assert caught.value.is_start_error
    assert caught.value.message == (
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
        f"runc create failed: unable to start container process: {text}: unknown"
    )


async def test_refuses_a_working_directory_that_is_a_file(pod: Pod) -> None:
    with pytest.raises(ContainerRefused, match="mkdir /etc/passwd: not a directory"):
        await pod.run(shell("true", working_dir="/etc/passwd"))


async def test_a_file_the_kernel_cannot_execute_has_run(pod: Pod, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("no program")
    program.chmod(0o755)

    how, text = await output_of(pod, ContainerSpec((str(program),)))

    assert (how.code, text) == (1, f"exec {program}: exec format error\n")


async def test_goes_on_after_a_refusal(pod: Pod) -> None:
    with pytest.raises(ContainerRefused):
        await pod.run(ContainerSpec(("no-such-program",)))

    assert (await output_of(pod, shell("echo on")))[1] == "on\n"


async def test_executes_commands_in_a_container(pod: Pod) -> None:
    process, reader = await ready(pod, "echo ready; exec sleep 100")

    how, text = await output_of(process, shell("echo in; exit 3"))

    assert (how.code, text) == (3, "in\n")
    os.close(reader)


async def test_executes_nothing_in_an_ended_container(pod: Pod) -> None:
    process = await pod.run(shell("exit 0"))
    await process.wait()

    with pytest.raises(ContainerRefused, match="NotRunning"):
        await process.execute(shell("true"))


async def test_tells_a_command_that_cannot_be_executed(pod: Pod) -> None:
    process, reader = await ready(pod, "echo ready; exec sleep 100")

    with pytest.raises(
        ContainerRefused, match=r'OCI runtime exec failed: .*exec: "nosuch": executable file not found'
    ):
        await process.execute(ContainerSpec(("nosuch",)))
    assert process.exit is None
    os.close(reader)


async def test_stops_in_order(pod: Pod) -> None:
    process, reader = await ready(pod, "trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done")

    how = await process.stop(grace_s=20)

    assert (how.code, how.signal) == (5, 0)
    os.close(reader)


async def test_kills_what_does_not_stop(pod: Pod) -> None:
    process, reader = await ready(pod, "trap '' TERM; echo ready; while :; do sleep 0.01; done")

    how = await process.stop(grace_s=0.05)

    assert (how.code, how.signal) == (137, signal.SIGKILL)
    os.close(reader)


@pytest.mark.parametrize("share", [False, True])
async def test_nothing_outlives_a_container(runtime: Runtime, marked: Marked, share: bool) -> None:
    pod = await runtime.create_pod(share_processes=share)
    script = "(setsid sh -c 'echo ready; sleep 100; true' &) ; sleep 100; true"  # the daemon is ready
    process, reader = await ready(pod, script, env=marked.env)
    beside, other = await ready(pod, "echo ready; exec sleep 100", env={"MARK2": marked.value})
    assert len(marked.pids()) >= 2

    await process.stop(grace_s=0)

    assert marked.pids() == []
    assert beside.exit is None
    os.close(reader)
    os.close(other)


@pytest.mark.parametrize("share", [False, True])
async def test_commands_end_with_their_container(runtime: Runtime, marked: Marked, share: bool) -> None:
    pod = await runtime.create_pod(share_processes=share)
    process, reader = await ready(pod, "echo ready; exec sleep 100")
    executed = await process.execute(shell("sleep 100; true", env=marked.env))

    await process.stop(grace_s=0)

    assert (await executed.wait()).signal == signal.SIGKILL
    assert marked.pids() == []
    os.close(reader)


async def test_removing_a_pod_ends_its_containers(runtime: Runtime, marked: Marked) -> None:
    pod = await runtime.create_pod(share_processes=True)
    both = [await pod.run(shell("sleep 100; true", env=marked.env)) for _ in range(2)]

    await pod.remove()

    assert marked.pids() == []
    assert {(await each.wait()).signal for each in both} == {signal.SIGKILL}
    with pytest.raises(ContainerRefused, match="no such pod"):
        await pod.run(shell("true"))


async def test_measures_all_of_a_container(runtime: Runtime, pod: Pod) -> None:
    busy = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done"
    process, reader = await ready(pod, f"sh -c '{busy}'; sleep 100 & echo ready; sleep 100; true")

    usage = (await runtime.usage())[process]

    assert usage.processes >= 2  # the shell and what it put into the background
    assert 0 < usage.rss_bytes < usage.virtual_bytes
    assert usage.cpu_s > 0
    os.close(reader)


async def test_names_its_processes_as_this_machine_does(pod: Pod, marked: Marked) -> None:
    process = await pod.run(ContainerSpec(("sleep", "100"), env=marked.env))

    assert marked.pids() == [process.pid]


async def test_a_start_given_up_leaves_nothing(runtime: Runtime, marked: Marked) -> None:
    pod = await runtime.create_pod()
    starting = asyncio.create_task(pod.run(ContainerSpec(("sleep", "100"), env=marked.env)))
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    await pod.remove()

    assert marked.pids() == []


async def test_is_given_up_while_it_starts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    starting = asyncio.create_task(Runtime(directory=str(tmp_path)).start())
    await asyncio.sleep(0)  # its keeper is being started, and says that it is ready while it is closed
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert [record.getMessage() for record in caplog.records] == []
    assert list(tmp_path.iterdir()) == []


async def test_closing_ends_all_and_removes_the_directory(runtime: Runtime, marked: Marked) -> None:
    pod = await runtime.create_pod()
    process = await pod.run(shell("sleep 100; true", env=marked.env))
    locked = runtime.directory / "locked"
    (locked / "in").mkdir(parents=True)
    locked.chmod(0)
    keeper = runtime.pid

    await runtime.close()

    assert marked.pids() == []
    assert not runtime.directory.exists()
    assert not Path(f"/proc/{keeper}").exists()
    with pytest.raises(KeeperLost):
        await process.wait()
    await runtime.close()


async def test_a_killed_keeper_takes_its_processes_along(isolating: Runtime, marked: Marked) -> None:
    pod = await isolating.create_pod(share_processes=True)
    script = "(setsid sh -c 'echo ready; sleep 100; true' &) ; sleep 100; true"
    process, reader = await ready(pod, script, env=marked.env)

    os.kill(isolating.pid, signal.SIGKILL)

    with pytest.raises(KeeperLost):
        await process.wait()
    await isolating.close()
    assert marked.pids() == []
    assert not isolating.directory.exists()
    os.close(reader)


async def test_what_a_killed_warden_leaves_is_ended(tmp_path: Path, marked: Marked) -> None:
    runtime = await started("none", tmp_path)
    pod = await runtime.create_pod()
    script = "(setsid sh -c 'echo ready; sleep 100; true' &) ; sleep 100; true"
    process, reader = await ready(pod, script, env=marked.env)
    (parent,) = re.findall(r"PPid:\s*(\d+)", Path(f"/proc/{process.pid}/status").read_text())

    os.kill(int(parent), signal.SIGKILL)

    assert (await process.wait()).signal == signal.SIGKILL
    await pod.remove()
    while marked.pids():
        await runtime.usage()  # each answer is a turn of the keeper's loop
    os.close(reader)
    await runtime.close()


async def test_keeps_its_directory_to_itself(runtime: Runtime) -> None:
    assert stat.S_IMODE(runtime.directory.stat().st_mode) == 0o700


async def test_takes_the_first_mode_that_works(tmp_path: Path) -> None:
    async with Runtime(modes=("user", "none"), directory=str(tmp_path)) as runtime:
        assert runtime.capabilities.mode == "user" or "user" in runtime.capabilities.reasons


async def test_a_signal_reaches_everyone(runtime: Runtime) -> None:
    pod = await runtime.create_pod(share_processes=True)
    child = "trap 'exit 9' USR1; echo ready; while :; do sleep 0.01; done"
    script = f'sh -c "{child}" & trap : USR1; wait $!; wait $!'
    process, reader = await ready(pod, script)

    await process.signal(signal.SIGUSR1, everyone=True)

    assert (await process.wait()).code == 9
    os.close(reader)


async def test_does_not_start_where_its_directory_cannot_be(tmp_path: Path) -> None:
    runtime = Runtime(directory=str(tmp_path / "missing" / "\0"[:0] / "file"))
    (tmp_path / "missing").write_text("a file")

    with pytest.raises(KeeperLost, match="Not a directory"):
        await runtime.start()


async def test_shares_processes_as_a_node_does(isolating: Runtime) -> None:
    pod = await isolating.create_pod(share_processes=True)
    first = await pod.run(ContainerSpec(("sleep", "100")))
    second = await pod.run(ContainerSpec(("sleep", "100")))
    tell = "echo $(cat $p/comm) $(sed -n 's/PPid:.//p' $p/status) $(readlink $p/ns/mnt)"
    script = f"for p in /proc/[0-9]*; do {tell}; done"

    _, text = await output_of(first, shell(script))

    seen = [line.split() for line in text.splitlines()]
    (own,) = (mount for name, parent, mount in seen if name == "sh" and parent == "0")
    mains = [mount for name, parent, mount in seen if name == "sleep" and parent == "0"]
    assert seen[0][:2] == ["pause", "0"]
    assert len(mains) == 2
    assert mains.count(own) == 1
    assert second.exit is None


async def test_a_container_alone_is_pid_1(isolating: Runtime) -> None:
    pod = await isolating.create_pod()

    assert (await output_of(pod, shell("echo $$ $PPID")))[1] == "1 0\n"


async def test_kill_9_1_from_inside_has_no_effect(isolating: Runtime) -> None:
    pod = await isolating.create_pod()
    process = await pod.run(ContainerSpec(("sleep", "100")))

    await output_of(process, shell("kill -9 1; kill -TERM 1; kill -STOP 1"))

    assert process.exit is None


async def test_has_the_pods_hostname(mounting: Runtime) -> None:
    pod = await mounting.create_pod(hostname="pod-7")
    process = await pod.run(ContainerSpec(("sleep", "100")))

    assert (await output_of(process, ContainerSpec(("hostname",))))[1] == "pod-7\n"


@pytest.mark.soak
async def test_many_containers_leave_nothing(runtime: Runtime, marked: Marked) -> None:
    """Its long form is measured by hand: 1,000 containers, 50 at a time."""
    rounds = 1000 if os.environ.get("LAUNCHER_K8S_SOAK") else 60
    turns = asyncio.Semaphore(50)

    async def live() -> int:
        async with turns:
            pod = await runtime.create_pod(share_processes=True)
            process = await pod.run(shell("sleep 100 & exit 4", env=marked.env))
            how = await process.wait()
            await pod.remove()
            return how.code

    await asyncio.gather(*(live() for _ in range(10)))
    before = _children_and_descriptors(runtime.pid)
    codes = await asyncio.gather(*(live() for _ in range(rounds)))

    assert set(codes) == {4}
    assert marked.pids() == []
    assert _children_and_descriptors(runtime.pid) == before


def _children_and_descriptors(pid: int) -> tuple[str, int]:
    process = Path(f"/proc/{pid}")
    return (process / f"task/{pid}/children").read_text(), len(list((process / "fd").iterdir()))


async def test_started_skips_are_no_passes(tmp_path: Path) -> None:
    """The fixtures skip what a machine cannot; without namespaces every machine can."""
    await (await started("none", tmp_path)).close()
