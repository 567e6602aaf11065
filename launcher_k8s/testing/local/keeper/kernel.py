"""The system calls that Python 3.11 has no function for, by ctypes.

Each raises OSError with what was tried.
"""

from __future__ import annotations

import ctypes
import os
import signal

NEW_MOUNTS = 0x00020000
NEW_HOSTNAME = 0x04000000
NEW_USERS = 0x10000000
NEW_PIDS = 0x20000000

READ_ONLY = 0x1
NO_SETUID = 0x2
NO_DEVICES = 0x4
NO_EXEC = 0x8
REMOUNT = 0x20
NO_ATIME = 0x400
NO_DIR_ATIME = 0x800
BIND = 0x1000
RECURSIVE = 0x4000
UNBINDABLE = 1 << 17
SLAVE = 1 << 19
RELATIVE_ATIME = 1 << 21

PROC_FLAGS = NO_SETUID | NO_DEVICES | NO_EXEC

_DETACH = 2
_SET_NAME, _SET_CHILD_SUBREAPER = 15, 36
_CAPABILITY_VERSION_3 = 0x20080522

_LIBC = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def unshare(flags: int) -> None:
    """Leave the namespaces of these kinds for new ones (of PIDs: from the next child on)."""
    _check(_LIBC.unshare(flags), f"unshare {flags:#x}")


def join(namespace: int, kind: int) -> None:
    """Enter the namespace behind a file descriptor (of PIDs: from the next child on)."""
    _check(_LIBC.setns(namespace, kind), "setns")


def mount(source: str, target: str, kind: str = "", *, flags: int = 0, data: str = "") -> None:
    """Attach a file system, or change one that is attached; the arguments are those of the system call."""
    texts = [os.fsencode(source), os.fsencode(target), os.fsencode(kind)]
    result = _LIBC.mount(*texts, ctypes.c_ulong(flags), os.fsencode(data) if data else None)
    _check(result, f"mount {source} on {target}")


def change_root(root: str) -> None:
    """Make a mount point the root of this mount namespace and let go of the one before."""
    os.chdir(root)
    # "." twice stacks the old root on the new one, so that no place for it is needed: pivot_root(2), "Notes".
    _check(_LIBC.pivot_root(b".", b"."), f"pivot_root {root}")
    _check(_LIBC.umount2(b".", _DETACH), "umount of the old root")
    os.chdir("/")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies."""
    _check(_LIBC.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl PR_SET_CHILD_SUBREAPER")


def name_process(name: str) -> None:
    """Set what `ps -o comm` shows: at most 15 bytes."""
    _check(_LIBC.prctl(_SET_NAME, name.encode(), 0, 0, 0), "prctl PR_SET_NAME")


def drop_capabilities() -> None:
    """Give up every privilege for good."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _check(_LIBC.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def reset_signals() -> None:
    """Let every signal do what it does to a program that never heard of Python."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if signal.getsignal(number) not in (signal.SIG_DFL, None):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def close_all_but(kept: set[int]) -> None:
    """Close what a fork inherited, standard streams and the given ones excepted."""
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and number not in kept:
            try:
                os.close(number)
            except OSError:
                pass  # the one that read the directory
