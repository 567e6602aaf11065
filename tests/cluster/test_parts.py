"""The harness's parts that need no cluster: they run anywhere."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import gomodule, images, packages, places, session, teardown, waiting
from tests.cluster.addons import ADDONS, Addon
from tests.cluster.forward import Forwarder
from tests.cluster.locks import Users
from tests.cluster.places import Place
from tests.cluster.processes import Process, Processes, identify

RELEASE = """\
module k8s.io/kubernetes
go 1.25.0
godebug default=go1.25
require (
	go.etcd.io/etcd/server/v3 v3.6.5 // indirect
	k8s.io/api v0.0.0
)
replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/client-go => ./staging/src/k8s.io/client-go
)
"""


def test_the_module_of_another_version_follows_that_release() -> None:
    text = gomodule.module_text("1.35.4", RELEASE)
    assert "\tgo.etcd.io/etcd/server/v3 v3.6.5\n\tk8s.io/kubernetes v1.35.4\n" in text
    assert "\tk8s.io/api => k8s.io/api v0.35.4\n\tk8s.io/client-go => k8s.io/client-go v0.35.4\n" in text
    assert "godebug default=go1.25" in text


def test_a_release_that_looks_different_is_refused() -> None:
    with pytest.raises(waiting.UnavailableError, match="not as expected"):
        gomodule.module_text("2.0.0", "module k8s.io/kubernetes\ngo 2.0\n")


def test_the_committed_module_is_whole() -> None:
    text = (places.MODULE / "go.mod").read_text()
    assert text.count(f" v0.{places.default_version().split('.', 1)[1]}\n") == 33
    assert all(f"\t{gomodule.KUBERNETES}/cmd/{command}\n" in text for command in gomodule.COMMANDS)
    assert (places.MODULE / "go.sum").exists()


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_the_module_of_an_addon_pins_it(addon: Addon) -> None:
    assert f"{addon.module} v{addon.version} h1:" in (addon.folder / "go.sum").read_text()


def test_the_version_is_the_environments_or_the_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAUNCHER_K8S_CLUSTER", raising=False)
    monkeypatch.setenv("KUBE_VERSION", "v1.34.4")
    assert places.place().name == "1.34.4"
    monkeypatch.delenv("KUBE_VERSION")
    assert places.place().version == places.default_version()


def test_what_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(packages, "cni_folder", lambda: None)
    line = packages.apt_line(packages.missing())
    assert all(
        name in line for name in ("containerd", "runc", "containernetworking-plugins", "busybox-static")
    )
    assert any("go command" in obstacle for obstacle in packages.obstacles("9.9.9"))


def test_an_image_is_the_same_bytes_each_time() -> None:
    entries = [images.Entry("bin"), images.Entry("bin/x", b"content"), images.Entry("bin/y", target="/bin/x")]
    first, second = (images._archive("localhost/x:1", entries, ["/bin/x"]) for _ in range(2))
    assert first == second
    with tarfile.open(fileobj=io.BytesIO(first)) as archive:
        layer = archive.extractfile("layer.tar")
        assert layer is not None
        with tarfile.open(fileobj=layer) as root:
            assert root.getnames() == ["bin", "bin/x", "bin/y"]


def test_a_reused_process_id_is_not_taken_for_ours(tmp_path: Path) -> None:
    child = subprocess.Popen(["sleep", "60"])
    try:
        real = identify(child.pid, "sleeper")
        assert real is not None
        Process("sleeper", child.pid, "1", real.boot).send(signal.SIGKILL)
        Process("sleeper", child.pid, real.started, "another boot").send(signal.SIGKILL)
        assert child.poll() is None
        assert real.alive
    finally:
        child.kill()
        child.wait()
    assert not real.alive


def test_a_process_is_there_until_its_last_thread_has_ended() -> None:
    program = (
        "import ctypes, sys, threading\n"
        "threading.Thread(target=sys.stdin.read).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as child:
        process = identify(child.pid, "lingers")
        assert process is not None
        status = Path(f"/proc/{child.pid}/status")
        waiting.until(lambda: "State:\tZ" in status.read_text(), "its first thread's end", within_s=30)
        assert process.alive
    assert not process.alive


def test_processes_are_found_again_and_ended(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "import signal; signal.signal(15, signal.SIG_IGN); print('on', flush=True); signal.pause()",
    ]
    Processes(tmp_path / "pids", tmp_path / "logs").start("stubborn", command)
    again = Processes(tmp_path / "pids", tmp_path / "logs")
    waiting.until(lambda: "on" in again.tail("stubborn"), "its first word", within_s=20)
    process = again.get("stubborn")
    assert process is not None
    with pytest.raises(waiting.ClusterError, match="runs already"):
        again.start("stubborn", command)
    again.stop("stubborn", within_s=0.2)
    assert not process.alive
    assert again.recorded() == []


def test_a_wait_for_a_dead_process_ends_at_once(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "pids", tmp_path / "logs")
    processes.start("brief", [sys.executable, "-c", "print('no such option')"])
    with pytest.raises(waiting.HopelessError, match=r"(?s)brief ended.*no such option"):
        processes.wait(lambda: False, "success", within_s=20)


def test_a_session_ends_what_it_booted_and_not_what_a_hand_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LAUNCHER_K8S_STATE", str(tmp_path / "state"))
    place = Place("1.0.0", "fake")

    def boot(place: Place, say: object, *, kept: bool) -> None:
        events.append("boot")
        place.root.mkdir(parents=True)
        place.record.write_text(f'{{"kept": {str(kept).lower()}}}')

    def take_down(place: Place) -> None:
        events.append("down")
        place.record.unlink()
        place.root.rmdir()

    monkeypatch.setattr(packages, "obstacles", lambda version: [])
    monkeypatch.setattr(session, "boot", boot)
    monkeypatch.setattr(teardown, "take_down", take_down)
    monkeypatch.setattr(session, "healthy", lambda place: place.record.exists())
    monkeypatch.setattr(session, "OwnCluster", lambda place: place)

    with session.in_use(place, print):
        with session.in_use(place, print):
            pass
        assert events == ["boot"], "someone else still uses it"
        with pytest.raises(waiting.ClusterError, match="a test session uses it"):
            session.bring_down(place)
    assert events == ["boot", "down"]

    assert session.bring_up(place, print) is False
    with session.in_use(place, print):
        pass
    assert session.bring_up(place, print) is True
    assert events == ["boot", "down", "boot"]


def test_without_root_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(session, "healthy", lambda place: pytest.fail("looked at what it may not read"))
    with (
        pytest.raises(waiting.UnavailableError, match="needs root"),
        session.in_use(Place("1.0.0", "fake"), print),
    ):
        pass


def test_a_killed_user_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "users"
    code = "import sys; from pathlib import Path; from tests.cluster.locks import Users\n"
    code += "Users(Path(sys.argv[1])).join(); print('joined', flush=True); sys.stdin.read()"
    environment = {**os.environ, "PYTHONPATH": str(places.REPOSITORY)}
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"joined\n"
        assert Users(path).anyone_else()
        child.kill()
    assert not Users(path).anyone_else()


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that sends back what it gets."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError):
            while data := connection.recv(65536):
                connection.sendall(data)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


@pytest.fixture
def forwarder(tmp_path: Path, echo: tuple[str, int]) -> Iterator[Forwarder]:
    with Forwarder.start(tmp_path / "control", echo) as forwarder:
        yield forwarder


def connect(forwarder: Forwarder) -> socket.socket:
    return socket.create_connection(("127.0.0.1", forwarder.port), timeout=10)


def test_a_forwarder_passes_bytes_both_ways_and_half_closes(forwarder: Forwarder) -> None:
    sent = os.urandom(3_000_000)
    with connect(forwarder) as connection:

        def write() -> None:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)

        writer = threading.Thread(target=write)
        writer.start()
        received = b"".join(iter(lambda: connection.recv(65536), b""))
        writer.join()
    assert received == sent
    assert forwarder.bytes_out == len(sent)


def test_a_cut_resets_what_is_open_and_accepts_anew(forwarder: Forwarder) -> None:
    with connect(forwarder) as connection:
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
        assert forwarder.cut() == 1
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with connect(forwarder) as connection:
        connection.sendall(b"y")
        assert connection.recv(1) == b"y"


def test_a_stall_moves_nothing_until_resumed(forwarder: Forwarder) -> None:
    with connect(forwarder) as old:
        old.sendall(b"x")
        assert old.recv(1) == b"x"
        forwarder.stall()
        with connect(forwarder) as new:
            for connection in (old, new):
                connection.sendall(b"y")
                connection.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    connection.recv(1)
            forwarder.resume()
            for connection in (old, new):
                connection.settimeout(10)
                assert connection.recv(1) == b"y"


def test_refusing_keeps_the_port(forwarder: Forwarder) -> None:
    port = forwarder.port
    with connect(forwarder) as connection:
        forwarder.refuse()
        forwarder.refuse()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=10)
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
    forwarder.resume()
    assert forwarder.port == port
    with connect(forwarder) as connection:
        connection.sendall(b"y")
        assert connection.recv(1) == b"y"


def test_nobody_at_the_far_end_is_a_reset(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        target = gone.getsockname()
    with (
        Forwarder.start(tmp_path / "control", target) as forwarder,
        pytest.raises(ConnectionResetError),  # which may come while it is still connecting
        connect(forwarder) as connection,
    ):
        connection.recv(1)
