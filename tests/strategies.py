"""Hypothesis strategies for values of the library: jobs that may run, with hostile texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from launcher_k8s.job import (
    AMD_GPUS,
    AZURE_FILE_MOUNT,
    CEPH_FS_MOUNT,
    CLAIM_MOUNT,
    CPU_COUNT,
    CPU_REQUEST,
    GLUSTER_FS_MOUNT,
    HOST_MOUNT,
    MEMORY,
    MEMORY_REQUEST,
    NFS_MOUNT,
    NVIDIA_GPUS,
    PASSTHROUGH_MOUNT,
    SECRET_CONFIG,
    SERVICE_ACCOUNT_CONFIG,
    ConfigItem,
    Container,
    EnvVar,
    ExposedPort,
    Job,
    Mount,
    MountSource,
    PlacementConstraint,
    ResourceLimit,
)
from launcher_k8s.quantity import format_decimal

# What YAML, shells, Go templates and JSON make something else of. No NUL: no argument can hold one.
_TRICKY = (
    "", " ", "\n", "a\nb: c\n", "- x", "# no comment", "a #b", "'", '"', "\\", "`", "|", ">", "%YAML", "---",
    "...", "&a", "*a", "!tag", "@", "{a: b}", "[1, 2]", "yes", "null", "~", "0x1F", "017", "1e3", "1_000",
    ".inf", "<<", "2001-01-01", "{{ .Job.user }}", "<no value>", "<b>&amp;</b>", "$(x)", "\u2028", "\ufeff",
    "\x07", "\t", "é", "🎉",
)  # fmt: skip

texts = st.sampled_from(_TRICKY) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20
)
filled_texts = texts.filter(bool)
words = st.text("abcxyz", min_size=1, max_size=6)
label_keys = st.builds("{}.org/{}".format, words, words)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    # Go writes whole numbers without a point: beyond 2^53 they read back as another number.
    | st.floats(allow_nan=False, allow_infinity=False).filter(
        lambda number: not (number.is_integer() and abs(number) > 2**53)
    )
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def _amounts(smallest: str) -> st.SearchStrategy[str]:
    return st.decimals(Decimal(smallest), 10**6, places=3).map(format_decimal)


_LIMITS = {
    CPU_COUNT: _amounts("0.001"),
    CPU_REQUEST: _amounts("0.001"),
    MEMORY: _amounts("1"),
    MEMORY_REQUEST: _amounts("1"),
    NVIDIA_GPUS: st.integers(1, 16).map(str),
    AMD_GPUS: st.integers(1, 16).map(str),
}


@st.composite
def resource_limits(draw: st.DrawFn) -> tuple[ResourceLimit, ...]:
    """Computed limits, each type once, in the order in which they are read back."""
    types = draw(st.sets(st.sampled_from(list(_LIMITS))))
    amounts = {kind: draw(_LIMITS[kind]) for kind in _LIMITS if kind in types}
    for limit, request in ((CPU_COUNT, CPU_REQUEST), (MEMORY, MEMORY_REQUEST)):
        if {limit, request} <= types:
            amounts[request] = min(amounts[limit], amounts[request], key=Decimal)
    return tuple(ResourceLimit(kind, amount) for kind, amount in amounts.items())


containers = st.builds(
    Container,
    image=words,
    run_as_user_id=st.none() | st.integers(1, 2**31 - 1),
    run_as_group_id=st.none() | st.integers(1, 2**31 - 1),
    supplemental_group_ids=st.lists(st.integers(1, 2**31 - 1), max_size=3).map(tuple),
    capabilities_add=st.lists(st.sampled_from(["NET_ADMIN", "SYS_PTRACE"]), unique=True).map(tuple),
    capabilities_drop=st.lists(st.just("ALL"), max_size=1).map(tuple),
)


def _init_containers(prefix: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    names = words.map(prefix.__add__)
    shape = {"name": names, "image": words, "args": st.lists(texts, max_size=2)}
    return st.lists(st.fixed_dictionaries(shape), max_size=2, unique_by=lambda item: item["name"])


_placements = st.dictionaries(label_keys, words, max_size=3).map(
    lambda labels: tuple(PlacementConstraint(*label) for label in labels.items())
)


@st.composite
def _ports(draw: st.DrawFn) -> tuple[ExposedPort, ...]:
    """Ports of which no two exclude each other."""
    numbers = st.lists(st.integers(1, 65535), min_size=4, max_size=4, unique=True)
    protocols = st.lists(st.sampled_from(["TCP", "UDP", "SCTP"]), max_size=4)
    return tuple(
        ExposedPort(target, protocol, draw(st.sampled_from([None, published])))
        for target, protocol, published in zip(draw(numbers), draw(protocols), draw(numbers), strict=False)
    )


_accounts = st.lists(words.map(lambda name: ConfigItem(SERVICE_ACCOUNT_CONFIG, name)), max_size=1)
_secrets = st.dictionaries(words, st.tuples(words, words), max_size=2).map(
    lambda found: [ConfigItem(SECRET_CONFIG, f"{name}:{key}:{v}") for v, (name, key) in found.items()]
)
_config = st.tuples(_secrets, _accounts).map(lambda items: tuple(items[0] + items[1]))

_environment = st.dictionaries(st.text("ABC_", min_size=1, max_size=4), texts, max_size=4).map(
    lambda variables: tuple(EnvVar(*variable) for variable in variables.items())
)


@st.composite
def metadata(draw: st.DrawFn) -> dict[str, Any]:
    """Free metadata; where it follows the conventions, it does so well."""
    notes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {},
        optional={
            "annotations": st.dictionaries(label_keys, texts, max_size=2),
            "labels": st.dictionaries(label_keys, words, max_size=2),
        },
    )
    free = draw(st.dictionaries(texts, json_values, max_size=2))
    parts = draw(st.fixed_dictionaries({}, optional={"job": notes, "pod": notes, "service": notes}))
    if "pod" in parts and draw(st.booleans()):
        parts["pod"]["initContainers"] = draw(_init_containers("meta-"))
    return {key: value for key, value in free.items() if key not in ("job", "pod", "service")} | parts


_paths = words.map("/{}".format)
_sources = st.one_of(
    st.builds(lambda path: MountSource(HOST_MOUNT, {"path": path}), _paths),
    st.builds(lambda host, path: MountSource(NFS_MOUNT, {"host": host, "path": path}), words, _paths),
    st.builds(lambda a, b: MountSource(AZURE_FILE_MOUNT, {"secretName": a, "shareName": b}), words, words),
    st.builds(lambda ref: MountSource(CEPH_FS_MOUNT, {"monitors": ["m:1"], "secretRef": ref}), words),
    st.builds(lambda a, path: MountSource(GLUSTER_FS_MOUNT, {"endpoints": a, "path": path}), words, _paths),
    st.builds(lambda claim: MountSource(CLAIM_MOUNT, {"ClaimName": claim}), words),
    st.builds(
        lambda claim, sub: MountSource(CLAIM_MOUNT, {"ClaimName": claim, "SubPath": sub}), words, words
    ),
    st.just(MountSource(PASSTHROUGH_MOUNT, {"emptyDir": {"sizeLimit": "1Gi"}})),
)
mounts = st.dictionaries(_paths, st.tuples(_sources, st.booleans()), max_size=3).map(
    lambda found: tuple(Mount(path, source, read_only) for path, (source, read_only) in found.items())
)

_shell_commands: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"command": filled_texts, "args": st.lists(texts, max_size=3).map(tuple)}
)
_programs: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"exe": filled_texts, "args": st.lists(texts, max_size=3).map(tuple)}
)


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    """Jobs that are valid for a user without limits; without owner, id or cluster."""
    return Job(
        **draw(_shell_commands | _programs),
        name=draw(texts.filter(str.strip)),
        working_directory=draw(st.just("") | words.map("/{}".format)),
        container=draw(containers),
        init_containers=draw(_init_containers("own-").map(tuple)),
        host=draw(st.just("") | words),
        stdin=draw(texts),
        environment=draw(_environment),
        placement_constraints=draw(_placements),
        exposed_ports=draw(_ports()),
        mounts=draw(mounts),
        config=draw(_config),
        resource_limits=draw(resource_limits()),
        tags=draw(st.lists(texts, max_size=3).map(tuple)),
        metadata=draw(metadata()),
    )
