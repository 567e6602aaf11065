"""The job itself, and how one is made in code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, TypedDict, Unpack

import attrs

from launcher_k8s.brevity import brief
from launcher_k8s.errors import InvalidJobError
from launcher_k8s.job.parts import (
    AMD_GPUS,
    CPU_COUNT,
    CPU_REQUEST,
    MEMORY,
    MEMORY_REQUEST,
    NVIDIA_GPUS,
    SECRET_CONFIG,
    SERVICE_ACCOUNT_CONFIG,
    ConfigItem,
    Container,
    EnvVar,
    ExposedPort,
    Json,
    Mount,
    PlacementConstraint,
    ResourceLimit,
    extra_fields,
)
from launcher_k8s.misfits import kinds_of, refuse_misfit
from launcher_k8s.quantity import format_decimal
from launcher_k8s.status import JobState
from launcher_k8s.wording import did_you_mean

if TYPE_CHECKING:
    from launcher_k8s.present import Table

# A command may be a script of megabytes: what stands before the program is read once, the rest never.
# No possessive quantifiers: Python 3.11.2, which Debian 12 has, goes wrong over those that are nested.
_BETWEEN = re.compile(r"(?:[\s;&|(){}!]|#[^\n]*)*")
_WORD = re.compile(r"""(?:[^\s'"\\;&|()<>`]|\\.|'[^']*'|"[^"\\]*(?:\\.[^"\\]*)*")+""", re.DOTALL)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_QUOTING = re.compile(r"""'([^']*)'|"([^"\\]*(?:\\.[^"\\]*)*)"|\\(.)""", re.DOTALL)


@attrs.frozen
class Job:
    """A job, as the Launcher describes it.

    Build one with :meth:`shell` or :meth:`exec`, or read one with ``from_wire(Job, data)``. Fields from
    ``status`` on are filled in by the library when it reads a job back from a cluster.

    Args:
        name: What its user calls it; any text that is not blank.
        user: The owner; empty for the user it is planned for.
        command: A command line for ``/bin/sh -c``; excludes ``exe``.
        exe: A program to run without a shell; excludes ``command``.
        args: Arguments of the program, or words to append to the command.
        id: The name of its Kubernetes Job.
        cluster: The cluster's name; empty for the one it is planned for.
        group: The owner's group, which only templates see.
        queues: Without effect on Kubernetes, as are ``stdout_file`` and ``stderr_file``.
        working_directory: An absolute path in the container; the image's own if empty.
        container: The image, and the identity it runs as.
        init_containers: Containers to run before, as Kubernetes writes them.
        host: The node to run on; any if empty.
        stdin: What it reads from its standard input; nothing if empty.
        environment: Its variables; of two with one name the last holds.
        placement_constraints: Labels of the nodes it may run on.
        exposed_ports: Ports that others may reach.
        mounts: Volumes, and where they are mounted.
        config: Secrets for its environment, and its service account.
        resource_limits: What it asks for itself, each type once.
        resource_profile: A resource profile by its section, or ``custom``; chosen for it if empty.
        tags: Words to find it by.
        metadata: Free JSON; its ``job``, ``pod`` and ``service`` may ask for ``annotations`` and ``labels``,
            ``pod`` for ``initContainers`` too.
        instance_id: The Launcher it belongs to; empty for the one it is planned for.
        status: Its state.
        status_message: Why it is in that state.
        status_code: A code beside the message; not filled in on Kubernetes.
        pid: Not filled in on Kubernetes.
        exit_code: The main container's exit code; None before it ended.
        submission_time: When its Kubernetes Job was made, in UTC.
        last_update_time: When the latest thing happened to it that the cluster tells of, in UTC.
    """

    __repr__ = brief

    name: str = ""
    user: str = ""
    command: str = ""
    exe: str = ""
    args: tuple[str, ...] = ()
    id: str = ""
    cluster: str = ""
    group: str = ""
    queues: tuple[str, ...] = ()
    working_directory: str = ""
    container: Container = attrs.field(factory=Container)
    init_containers: tuple[Mapping[str, Json], ...] = ()
    host: str = ""
    stdin: str = attrs.field(default="", repr=False)
    stdout_file: str = ""
    stderr_file: str = ""
    environment: tuple[EnvVar, ...] = attrs.field(default=(), repr=False)
    placement_constraints: tuple[PlacementConstraint, ...] = ()
    exposed_ports: tuple[ExposedPort, ...] = ()
    mounts: tuple[Mount, ...] = ()
    config: tuple[ConfigItem, ...] = ()
    resource_limits: tuple[ResourceLimit, ...] = ()
    resource_profile: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Json] = attrs.field(factory=dict)
    instance_id: str = ""
    status: JobState | None = None
    status_message: str = ""
    status_code: str = ""
    pid: int | None = None
    exit_code: int | None = None
    submission_time: datetime | None = None
    last_update_time: datetime | None = None
    extra: Mapping[str, Json] = extra_fields()

    def text(self) -> str:
        """What it is and how it is, a line for each thing, for a terminal."""
        return self._table().text()

    def _repr_html_(self) -> str:
        return self._table().html()

    def _table(self) -> Table:
        from launcher_k8s.job_views import job_table

        return job_table(self)

    @classmethod
    def shell(cls, command: str, **options: Unpack[JobOptions]) -> Job:
        """A job that runs a command line by ``/bin/sh -c``.

        Args:
            command: The command line.
            **options: See :class:`JobOptions`; ``name`` defaults to the base name of the first program.

        Raises:
            InvalidJobError: An option that there is not, or one of another kind.
        """
        refuse_misfit(command, str, "command")
        return _build(lambda: _program_of(command), options, command=command)

    @classmethod
    def exec(cls, argv: Sequence[str], **options: Unpack[JobOptions]) -> Job:
        """A job that runs a program without a shell.

        Args:
            argv: The program and its arguments; at least one element.
            **options: See :class:`JobOptions`; ``name`` defaults to the program's base name.

        Raises:
            ValueError: ``argv`` is empty.
            InvalidJobError: An option that there is not, or one of another kind.
        """
        refuse_misfit(argv, Sequence[str], "argv")
        if not argv:
            raise ValueError("argv is empty: give at least the program to run")
        return _build(lambda: argv[0], options, exe=argv[0], args=tuple(argv[1:]))


class JobOptions(TypedDict, total=False):
    """What :meth:`Job.shell` and :meth:`Job.exec` take besides the command.

    ``cpus`` are cores, ``mem_mb`` is in MB (10^6 bytes), both plain numbers, which a string may hold; all
    others are the job's fields of that name.
    """

    name: str
    image: str
    user: str
    cpus: float | Decimal | str
    cpus_request: float | Decimal | str
    mem_mb: float | Decimal | str
    mem_mb_request: float | Decimal | str
    nvidia_gpus: int
    amd_gpus: int
    env: Mapping[str, str]
    resource_profile: str
    placement_constraints: Iterable[str | PlacementConstraint]
    ports: Iterable[int | ExposedPort]
    mounts: Iterable[Mount]
    secrets: Iterable[str]
    service_account: str
    tags: Iterable[str]
    metadata: Mapping[str, Json]
    working_directory: str
    stdin: str
    host: str
    instance_id: str
    run_as_user_id: int
    run_as_group_id: int


@cache
def _option_kinds() -> Mapping[str, object]:
    return kinds_of(JobOptions)


def _check_options(options: JobOptions) -> None:
    kinds = _option_kinds()
    for name, value in options.items():
        if name not in kinds:
            hint = did_you_mean(name, kinds) or f"the options are {', '.join(kinds)}"
            raise InvalidJobError.single(name, f"a job has no option {name!r}", hint=hint)
        refuse_misfit(value, kinds[name], name)


def _program_of(command: str) -> str:
    """The first program that a command line names, without its quotes."""
    word = _word_after(command, 0)
    while word and _ASSIGNMENT.match(word[0]):
        word = _word_after(command, word.end())
    return _QUOTING.sub(_unquoted, word[0]) if word else ""


def _word_after(command: str, position: int) -> re.Match[str] | None:
    between = _BETWEEN.match(command, position)
    return _WORD.match(command, between.end() if between else position)


def _unquoted(quoting: re.Match[str]) -> str:
    single, double, escaped = quoting.groups(default="")
    return single or double or escaped


def _build(
    program: Callable[[], str],
    options: JobOptions,
    *,
    command: str = "",
    exe: str = "",
    args: tuple[str, ...] = (),
) -> Job:
    _check_options(options)
    amounts = {
        CPU_COUNT: options.get("cpus"),
        CPU_REQUEST: options.get("cpus_request"),
        MEMORY: options.get("mem_mb"),
        MEMORY_REQUEST: options.get("mem_mb_request"),
        NVIDIA_GPUS: options.get("nvidia_gpus"),
        AMD_GPUS: options.get("amd_gpus"),
    }
    config = [ConfigItem(SECRET_CONFIG, secret, "string") for secret in options.get("secrets", ())]
    if account := options.get("service_account"):
        config.append(ConfigItem(SERVICE_ACCOUNT_CONFIG, account, "enum"))
    return Job(
        name=options.get("name") or posixpath.basename(program()) or "job",
        user=options.get("user", ""),
        command=command,
        exe=exe,
        args=args,
        container=Container(
            image=options.get("image", ""),
            run_as_user_id=options.get("run_as_user_id"),
            run_as_group_id=options.get("run_as_group_id"),
        ),
        resource_limits=tuple(
            ResourceLimit(kind, amount if isinstance(amount, str) else format_decimal(Decimal(str(amount))))
            for kind, amount in amounts.items()
            if amount is not None
        ),
        environment=tuple(EnvVar(key, value) for key, value in options.get("env", {}).items()),
        placement_constraints=tuple(
            PlacementConstraint.parse(constraint) if isinstance(constraint, str) else constraint
            for constraint in options.get("placement_constraints", ())
        ),
        exposed_ports=tuple(
            ExposedPort(port) if isinstance(port, int) else port for port in options.get("ports", ())
        ),
        mounts=tuple(options.get("mounts", ())),
        config=tuple(config),
        tags=tuple(options.get("tags", ())),
        metadata=options.get("metadata", {}),
        resource_profile=options.get("resource_profile", ""),
        working_directory=options.get("working_directory", ""),
        stdin=options.get("stdin", ""),
        host=options.get("host", ""),
        instance_id=options.get("instance_id", ""),
    )
