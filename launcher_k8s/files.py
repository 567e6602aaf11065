"""Configuration directories on disk: reads files for the pure readers, and loads settings.

Nothing is interpreted here; :mod:`launcher_k8s.config` decides what the texts mean.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import attrs

from launcher_k8s import host
from launcher_k8s.config import parse_settings
from launcher_k8s.config.access import Step, find_obstacle
from launcher_k8s.config.connect.reader import SUFFIX
from launcher_k8s.config.reading import FileReader, FileText, ReadFailure
from launcher_k8s.diagnostics import Diagnostic, Location, Severity
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.settings import DEFAULT_DIRECTORY, Settings
from launcher_k8s.settings.cluster import SettingsReader

_LARGEST = 64 * 2**20


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
) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """Read a configuration directory and tell everything about it, without raising.

    Args: as for :func:`load_settings`, and ``read``: how a path is read, if not from disk.

    Returns:
        The settings, None when there are errors; and all diagnostics, in the order of files and lines.
    """
    if Path(directory).is_file() and Path(directory).suffix != SUFFIX:
        return None, (_not_a_directory(Path(directory)),)
    settings, diagnostics = parse_settings(
        os.fspath(directory),
        read or read_file,
        environ=os.environ if environ is None else environ,
        strict=strict,
        accounts=host.accounts(),
        scratch_path=None if scratch_path is None else os.fspath(scratch_path),
    )
    # A daemon changes its directory; and the process's own environment is looked at anew as well.
    place = Path(directory).absolute()
    again = partial(read_settings, place, strict=strict, environ=environ, scratch_path=scratch_path)
    return settings and remembering(settings, again), diagnostics


def remembering(settings: Settings, read_again: SettingsReader) -> Settings:
    """The same settings, whose clusters know how their files are read once more."""
    clusters = tuple(attrs.evolve(cluster, read_again=read_again) for cluster in settings.clusters)
    return attrs.evolve(settings, clusters=clusters)


def read_file(path: str) -> FileText | ReadFailure:
    """A file with its owner and mode, or why it cannot be read."""
    try:
        # A pipe or device would be read for ever, or block: only regular files are configuration.
        with open(path, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return ReadFailure(path, "it is not a regular file")
            if status.st_size > _LARGEST:
                return ReadFailure(path, f"it is larger than {_LARGEST // 2**20} MiB")
            return FileText(
                path,
                file.read(),
                mode=stat.S_IMODE(status.st_mode),
                owner=_account(status.st_uid),
                obstacle=partial(obstacle_to, path),
            )
    except FileNotFoundError as error:
        return ReadFailure(path, error.strerror or str(error), absent=True)
    except (OSError, ValueError) as error:
        return ReadFailure(path, getattr(error, "strerror", None) or str(error))


def obstacle_to(path: str, user: str) -> str:
    """What keeps a user from reading a file; empty where nothing does, or the host does not know the user."""
    account = host.account_of(user)
    # Whoever reads it now need not be judged: that would know less than the kernel, which knows of lists.
    if account is None or account.uid == os.geteuid():
        return ""
    try:
        way = [_step(step) for step in _way_to(path)]
    except (OSError, RuntimeError):  # gone meanwhile, or by now a loop of links
        return ""
    return find_obstacle(way, account)


def _way_to(path: str) -> list[Path]:
    """The directories that are entered on the way to a file, also by way of symbolic links, and the file."""
    asked, real = Path(path).absolute(), Path(path).resolve()
    directories = [parent for name in (asked, real) for parent in reversed(name.parents)]
    return [*dict.fromkeys(directories), real]


def _step(path: Path) -> Step:
    status = path.stat()
    owner = f"{_account(status.st_uid)}:{host.group_name(status.st_gid)}"
    return Step(str(path), status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode), owner)


def _not_a_directory(path: Path) -> Diagnostic:
    hint = f"give the directory that it is in: {path.parent}"
    return Diagnostic("unreadable-file", Severity.ERROR, Location(str(path)), "this is a file", hint)


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
