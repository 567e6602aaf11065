"""Configuration directories on disk: reads files for the pure readers, and loads settings.

Nothing is interpreted here; :mod:`launcher_k8s.config` decides what the texts mean.
"""

from __future__ import annotations

import errno
import os
import pwd
import stat
from collections.abc import Mapping
from functools import partial
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from launcher_k8s import host
from launcher_k8s.config import parse_clusters, sound_settings
from launcher_k8s.config.access import Account, Step
from launcher_k8s.config.connect.reader import SUFFIX
from launcher_k8s.config.reading import FileReader, FileText, ReadFailure
from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.settings import DEFAULT_DIRECTORY, ClusterSettings, Settings
from launcher_k8s.settings.cluster import amend
from launcher_k8s.template_files import with_templates

_LARGEST = 64 * 2**20
_KINDS = MappingProxyType(
    {
        stat.S_IFDIR: "a directory",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
)


def load_settings(
    directory: str | os.PathLike[str] = DEFAULT_DIRECTORY,
    *,
    strict: bool = True,
    environ: Mapping[str, str] | None = None,
    scratch_path: str | os.PathLike[str] | None = None,
) -> Settings:
    """Read a configuration directory, the Launcher's or Posit Connect's.

    Args:
        directory: Where ``launcher.kubernetes.conf`` and its companions are; or where neither that nor
            ``launcher.conf`` is, and ``rstudio-connect.gcfg`` is; or the path of a ``.gcfg`` file.
        strict: Whether unknown keys are errors; otherwise they are warnings.
        environ: The environment that in-pod settings come from; the process's own by default.
        scratch_path: The directory of templates that a command line gives; it wins over all files.

    Raises:
        ConfigurationError: The files do not validate; it carries every problem, with file and line.
    """
    settings, diagnostics = read_settings(
        directory, strict=strict, environ=environ, scratch_path=scratch_path
    )
    if settings is None:
        errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
        raise ConfigurationError(
            f"the configuration in {os.fspath(directory)} has {errors} error{'s' if errors != 1 else ''}",
            diagnostics=diagnostics,
        )
    return settings


def read_settings(
    directory: str | os.PathLike[str] = DEFAULT_DIRECTORY,
    *,
    strict: bool = True,
    environ: Mapping[str, str] | None = None,
    scratch_path: str | os.PathLike[str] | None = None,
    read: FileReader | None = None,
    ask_host: bool = True,
) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """Read a configuration directory and tell everything about it, without raising.

    Arguments are those of :func:`load_settings`; ``read`` says how a path is read, if not by
    :func:`read_file`, and with ``ask_host=False`` this host is not asked which users and groups there are: it
    may be another than the Launcher's.

    Returns:
        The settings, None when there are errors; and all diagnostics, in the order of files and lines.
    """
    clusters, diagnostics = read_clusters(
        directory, strict=strict, environ=environ, scratch_path=scratch_path, read=read, ask_host=ask_host
    )
    return sound_settings(clusters, diagnostics), diagnostics


def read_clusters(
    directory: str | os.PathLike[str] = DEFAULT_DIRECTORY,
    *,
    strict: bool = True,
    environ: Mapping[str, str] | None = None,
    scratch_path: str | os.PathLike[str] | None = None,
    read: FileReader | None = None,
    ask_host: bool = True,
) -> tuple[tuple[ClusterSettings, ...], tuple[Diagnostic, ...]]:
    """Read the clusters of a configuration directory as far as they can be read, for more checks of them.

    Arguments are those of :func:`read_settings`.

    Returns:
        The clusters, which no job is to be planned with where there are errors; and all diagnostics.
    """
    if refused := _refuse_directory(Path(directory)):
        return (), (refused,)
    clusters, diagnostics = parse_clusters(
        os.fspath(directory),
        read or read_file,
        environ=os.environ if environ is None else environ,
        strict=strict,
        accounts=host.accounts() if ask_host else None,
        scratch_path=None if scratch_path is None else os.fspath(scratch_path),
    )
    if read is None:
        clusters, found = _with_templates(clusters)
        diagnostics += found
    if sound_settings(clusters, diagnostics) is None:
        return clusters, diagnostics
    # A daemon changes its directory; and the process's own environment is looked at anew as well.
    place = Path(directory).absolute()
    again = partial(read_settings, place, strict=strict, environ=environ, scratch_path=scratch_path)
    return tuple(amend(cluster, read_again=again) for cluster in clusters), diagnostics


def _with_templates(
    clusters: tuple[ClusterSettings, ...],
) -> tuple[tuple[ClusterSettings, ...], tuple[Diagnostic, ...]]:
    """All clusters with their templates, and what keeps one of these from being used."""
    loaded = [with_templates(cluster, read_file) for cluster in clusters]
    found = tuple(diagnostic for _, diagnostics in loaded for diagnostic in diagnostics)
    return tuple(cluster for cluster, _ in loaded), found


def read_file(path: str) -> FileText | ReadFailure:
    """A file with its owner and mode, or why it cannot be read."""
    try:
        # To open a device may do something, and no socket can be opened.
        return _refuse_kind(path, Path(path).stat()) or _read_regular(path)
    except FileNotFoundError as error:
        if os.path.lexists(path):
            return ReadFailure(path, "it is a symbolic link to nothing", hint="mend the link, or remove it")
        return ReadFailure(path, _reason(error), absent=True)
    except (OSError, ValueError) as error:
        is_loop = getattr(error, "errno", None) == errno.ELOOP
        return ReadFailure(path, _reason(error), hint="mend the link" if is_loop else "")


def read_text(path: str, *, stream: TextIO | None = None) -> str | ReadFailure:
    """The text that an argument of a command names, or why it cannot be read.

    Args:
        path: A regular file, or a pipe such as the shell's ``<(...)``, which is waited for.
        stream: What ``-`` stands for; without it that is a file's name.

    Raises:
        UnicodeDecodeError: It is not UTF-8.
    """
    if path == "-" and stream is not None:
        text = stream.read(_LARGEST + 1)
        return text if len(text) <= _LARGEST else _too_large(path)
    file = _read_pipe(path) or read_file(path)
    if isinstance(file, ReadFailure):
        return file
    return TextIOWrapper(BytesIO(file.data), encoding="utf-8-sig").read()


def _read_pipe(path: str) -> FileText | ReadFailure | None:
    """What comes through a pipe; None where there is none."""
    try:
        if not stat.S_ISFIFO(Path(path).stat().st_mode):
            return None
        with Path(path).open("rb") as pipe:
            data = pipe.read(_LARGEST + 1)
    except (OSError, ValueError):  # told by who reads it as a file
        return None
    return FileText(path, data) if len(data) <= _LARGEST else _too_large(path)


def _too_large(path: str) -> ReadFailure:
    return ReadFailure(path, f"it is larger than {_LARGEST // 2**20} MiB", hint="is this the right file?")


def _read_regular(path: str) -> FileText | ReadFailure:
    # What was a file may have become a pipe, which would block; what grows would be read for ever.
    with open(path, "rb", opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        if refused := _refuse_kind(path, status):
            return refused
        data: bytes | None = file.read(_LARGEST + 1)
        now = os.fstat(file.fileno())
    if data is None or len(data) > _LARGEST:
        return _too_large(path)
    if (status.st_size, status.st_mtime_ns) != (now.st_size, now.st_mtime_ns):
        return ReadFailure(path, "it was being written", hint="try again, and replace files by renaming")
    return FileText(
        path,
        data,
        mode=stat.S_IMODE(status.st_mode),
        owner=_account(status.st_uid),
        way=partial(_way_to, path),
        account=_judged_account,
    )


def _refuse_kind(path: str, status: os.stat_result) -> ReadFailure | None:
    """Only regular files are configuration."""
    if stat.S_ISREG(status.st_mode):
        return None
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "no file")
    return ReadFailure(path, f"it is {kind}", hint="put a regular file in its place")


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _judged_account(name: str) -> Account | None:
    # Whoever reads now need not be judged: that would know less than the kernel, which knows of lists.
    account = host.account_of(name)
    return None if account is None or account.uid == os.geteuid() else account


def _way_to(path: str) -> list[Step]:
    """The directories that are entered on the way to a file, also by way of symbolic links, and the file."""
    try:
        asked, real = Path(path).absolute(), Path(path).resolve()
        directories = [parent for name in (asked, real) for parent in reversed(name.parents)]
        return [_step(step) for step in dict.fromkeys((*directories, real))]
    except (OSError, RuntimeError):  # gone meanwhile, or by now a loop of links
        return []


def _step(path: Path) -> Step:
    status = path.stat()
    owner = f"{_account(status.st_uid)}:{host.group_name(status.st_gid)}"
    return Step(str(path), status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode), owner)


def _refuse_directory(path: Path) -> Diagnostic | None:
    """What keeps all files of a directory from being read, told once."""
    if path.suffix == SUFFIX:
        return None
    code = "unreadable-file"
    try:
        os.stat(f"{path}/.")  # noqa: PTH116 - the dot asks for the right to enter; pathlib drops it
        return None
    except FileNotFoundError:
        code, message, hint = "missing-file", "there is no such directory", "create it, or correct its path"
    except NotADirectoryError:
        message, hint = "this is a file", f"give the directory that it is in: {path.parent}"
    except (OSError, ValueError) as error:
        message = f"this directory cannot be entered: {_reason(error)}"
        hint = "give this account access to it, or correct its path"
    return Diagnostic(code, Severity.ERROR, Location(str(path)), message, hint)


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
