"""Which namespaces this machine lets this user make, found out by making them.

What the kernel permits depends on the user, sysctls, security modules and on masked parts of /proc inside
other containers: no list of conditions is right for long, so each mode is tried in a child before it is
chosen.

With a PID namespace the keeper is its PID 1 and every container lives in a namespace below: when the keeper
dies, however it dies, the kernel ends them all. The process that entered stays outside as a guard
(namespaces(7): a process cannot change its own PID namespace, only that of its children).
"""

from __future__ import annotations

import os

from launcher_k8s.testing.local.keeper import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn


class Mode:
    """One way to isolate: with a user namespace or without one, its namespaces for PIDs and for mounts."""

    __slots__ = ("mounts", "name", "pids", "users")

    def __init__(self, name: str, *, users: bool = False, pids: bool = False, mounts: bool = False) -> None:
        self.name, self.users, self.pids, self.mounts = name, users, pids, mounts


MODES = (
    Mode("root", pids=True, mounts=True),
    Mode("user", users=True, pids=True, mounts=True),
    Mode("root-mounts", mounts=True),
    Mode("user-mounts", users=True, mounts=True),
    Mode("none"),
)


def choose(names: Sequence[str], *, directory: str) -> tuple[Mode, dict[str, str]]:
    """The first of these modes that works here, and why those before it do not."""
    reasons: dict[str, str] = {}
    by_name = {mode.name: mode for mode in MODES}
    for mode in map(by_name.__getitem__, names):
        reason = _try(mode, directory)
        if not reason:
            return mode, reasons
        reasons[mode.name] = reason
    raise OSError("none of the modes " + ", ".join(f"{name} ({why})" for name, why in reasons.items()))


def enter(mode: Mode, *, afterwards: Callable[[], None] = lambda: None) -> None:
    """Take on a mode. With PIDs it returns in a child only, which is PID 1; the caller stays behind as guard.

    Args:
        mode: one that works here.
        afterwards: what the guard does once the child, and with it everything below it, has ended.
    """
    if mode.users:
        _enter_users()
    if mode.pids:
        kernel.unshare(kernel.NEW_PIDS)
        inner = os.fork()
        if inner:
            _guard(inner, afterwards)
    if mode.mounts:
        kernel.unshare(kernel.NEW_MOUNTS)
        # Not private: what the machine mounts later (an automounted home) is to be seen in later containers.
        kernel.mount("none", "/", flags=kernel.RECURSIVE | kernel.SLAVE)
    if mode.pids:
        kernel.mount("proc", "/proc", "proc", flags=kernel.PROC_FLAGS)


def _enter_users() -> None:
    user, group = os.getuid(), os.getgid()
    kernel.unshare(kernel.NEW_USERS)
    # One's own ids alone may be mapped without privilege, and the group only once setgroups is given up:
    # user_namespaces(7). To itself, so that files and `id` look as they do outside.
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _guard(inner: int, afterwards: Callable[[], None]) -> NoReturn:
    """Hold nothing, wait for the keeper, end as it ended."""
    kernel.reset_signals()
    kernel.close_all_but(set())
    _, status = os.waitpid(inner, 0)
    afterwards()
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _try(mode: Mode, directory: str) -> str:
    """Why a mode does not work; empty: it does. In a child, because a user namespace cannot be left again."""
    if mode.name == "none":
        return ""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _tell_of_trial(mode, directory, writer)
    os.close(writer)
    with open(reader, encoding="utf-8") as answers:
        told = answers.read()
    _, status = os.waitpid(child, 0)
    return told if told or status == 0 else f"ended with wait status {status}"


def _tell_of_trial(mode: Mode, directory: str, writer: int) -> NoReturn:
    try:
        _rehearse(mode, directory)
        os._exit(0)
    except OSError as problem:
        os.write(writer, f"{problem.filename}: {problem.strerror}".encode())
    finally:
        os._exit(1)


def _rehearse(mode: Mode, directory: str) -> None:
    """Do once what the keeper and then its containers do."""
    enter(mode)
    enter(Mode(mode.name, pids=mode.pids, mounts=mode.mounts))
    if mode.mounts:
        kernel.mount("tmpfs", directory, "tmpfs", flags=kernel.NO_SETUID)
