"""The cluster by hand: `python -m tests.cluster up|down|status|install|build|module|kubectl|logs`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

from tests.cluster import gomodule, packages, places, session
from tests.cluster.binaries import build_all, cached
from tests.cluster.processes import Processes
from tests.cluster.real import OwnCluster
from tests.cluster.waiting import ClusterError, UnavailableError


def say(message: str) -> None:
    print(f"cluster: {message}", file=sys.stderr, flush=True)


def up(place: places.Place, *, metrics: bool) -> None:
    if session.bring_up(place, say):
        say("already running")
    if metrics:
        OwnCluster(place).start_metrics(say)
    print(f"export KUBECONFIG={place.kubeconfig}")
    print(f"# kubectl: {cached(place.version).path('kubectl')}")


def down(place: places.Place, *, force: bool) -> None:
    began = time.monotonic()
    session.bring_down(place, force=force)
    say(f"down after {time.monotonic() - began:.1f} s, nothing left")


def status(name: str | None) -> None:
    """All clusters of this harness on this machine, or one."""
    found = [place for place in places.existing() if name in (None, place.name)]
    for place in found:
        health = "up" if session.healthy(place) else "NOT healthy"
        print(f"{place.name} (Kubernetes {place.version}): {health}; KUBECONFIG={place.kubeconfig}")
        processes = Processes(place.pids, place.logs)
        for name in processes.recorded():
            process = processes.get(name)
            print(f"  {name}: {f'process {process.pid}' if process else 'ended'}")
    if not found:
        print(f"cluster {name} is not running" if name else "no cluster is running")
        raise SystemExit(1)


def kubectl(place: places.Place, arguments: list[str]) -> None:
    if not place.record.exists():
        raise ClusterError("not running: python -m tests.cluster up")
    program = cached(place.version).path("kubectl")
    os.execv(program, [program, f"--kubeconfig={place.kubeconfig}", *arguments])


def logs(place: places.Place, names: list[str]) -> None:
    processes = Processes(place.pids, place.logs)
    for name in names or processes.recorded():
        print(processes.tail(name, 40))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description="a real Kubernetes, by hand")
    commands = parser.add_subparsers(dest="command", required=True)
    up_parser = commands.add_parser("up", help="boot it unless it runs; prints export KUBECONFIG=...")
    up_parser.add_argument("--metrics", action="store_true", help="with metrics-server")
    down_parser = commands.add_parser("down", help="take it down; fails if anything is left")
    down_parser.add_argument("--force", action="store_true", help="even while a test session uses it")
    status_parser = commands.add_parser("status", help="which clusters run; exit code 1: none")
    status_parser.add_argument("cluster", nargs="?", help="only this one")
    commands.add_parser("install", help="apt-get what is missing (as root)")
    commands.add_parser("build", help="build all binaries into the cache")
    commands.add_parser("module", help="write kubernetes/go.mod and go.sum anew, for KUBE_VERSION")
    commands.add_parser("kubectl", help="kubectl on it", add_help=False)
    commands.add_parser("logs", help="the ends of the daemons' logs").add_argument("name", nargs="*")
    options, rest = parser.parse_known_args()
    if rest and options.command != "kubectl":
        parser.error(f"unknown: {' '.join(rest)}")
    place = places.place()
    verbs: dict[str, Callable[[], object]] = {
        "up": lambda: up(place, metrics=options.metrics),
        "down": lambda: down(place, force=options.force),
        "status": lambda: status(options.cluster),
        "install": lambda: packages.install(say),
        "build": lambda: build_all(place.version, say),
        "module": lambda: gomodule.generate(place.version, places.MODULE),
        "kubectl": lambda: kubectl(place, rest),
        "logs": lambda: logs(place, options.name),
    }
    try:
        verbs[options.command]()
    except (UnavailableError, ClusterError, PermissionError) as error:
        raise SystemExit(f"cluster: {error}") from None


if __name__ == "__main__":
    main()
