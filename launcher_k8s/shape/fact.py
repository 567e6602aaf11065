"""What one fact of the shape is, and how a value is put at, or looked up at, a path of an object.

A path is a tuple of keys and list indexes. In an object, ``null`` and an absent key mean the same, as they
do to the API server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, TypeAlias

import attrs

from launcher_k8s.diagnostics import Severity
from launcher_k8s.shape.agreement import equal, quote

Data: TypeAlias = Mapping[str, Any]
"""A job as templates see it, ``.Job``: the data contract (domain, section 4)."""

Object: TypeAlias = Mapping[str, Any]
"""A Kubernetes object, as JSON types."""

_Write: TypeAlias = Callable[[Data], Any]

Path: TypeAlias = tuple[str | int, ...]
Version: TypeAlias = tuple[int, int, int]

SPEC: Final[Path] = ("spec",)
METADATA: Final[Path] = ("metadata",)
POD_METADATA: Final[Path] = ("spec", "template", "metadata")
POD_SPEC: Final[Path] = ("spec", "template", "spec")
CONTAINER: Final[Path] = (*POD_SPEC, "containers", 0)

OLDEST: Final[Version] = (1, 0, 0)


class Absent(Enum):
    """The value that is not there; a member of its own type, so that it can be told from any other."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


def _tells_nothing(_value: Any, _whole: Object) -> Mapping[str, Any]:
    return {}


@attrs.frozen
class Constant:
    """Writes a value that does not depend on the job; ``ABSENT`` leaves the place to others."""

    value: Any

    def __call__(self, _data: Data) -> Any:
        """The value, for a job's data."""
        return self.value


@attrs.frozen
class Fact:
    """One fact of the Launcher's shape.

    Args:
        code: Its name, and the code of the finding when an object breaks it.
        path: Where it stands.
        write: Its value for a job's data; ``ABSENT`` leaves it out. A mapping is merged into what stands
            at the path.
        why: What goes wrong without it: the hint of the finding.
        since: The first template version that writes it.
        read: Fields of the job, from the value (never absent) and the whole object; a dotted field is one
            of the job's container. Tuples that several facts give for one field are joined.
        tells: The fields that ``read`` can give.
        agree: Says what is wrong with a value that is not as written, else nothing. It is not asked where
            nothing is written: templates may add what they like.
        identifies: Whether a value, found or ``ABSENT``, will do for the object to be known as the
            Launcher's; None where the fact does not matter for that.
        allows: Whether a value may stand where nothing is ever written; None where none may.
        is_set_last: Whether it is set after templates and overrides, so that their value is without effect.
        severity: How much a difference matters.
    """

    code: str
    path: Path
    write: Callable[[Data], Any]
    why: str
    since: Version = OLDEST
    read: Callable[[Any, Object], Mapping[str, Any]] = _tells_nothing
    tells: tuple[str, ...] = ()
    agree: Callable[[Any, Any], str] = equal
    identifies: Callable[[Any], bool] | None = None
    allows: Callable[[Any], bool] | None = None
    is_set_last: bool = False
    severity: Severity = Severity.ERROR

    @property
    def is_written(self) -> bool:
        """Whether there are jobs for which something is written."""
        return not isinstance(self.write, Constant) or self.write.value is not ABSENT

    def problem(self, found: Any) -> str:
        """What is wrong with a value, found or ``ABSENT``, whatever the job; else nothing."""
        if self.identifies is not None and not self.identifies(found):
            return "is missing" if found in (ABSENT, "") else f"is {quote(found)}"
        if not isinstance(self.write, Constant):
            return ""
        if self.is_written:
            return self.agree(self.write.value, None if found is ABSENT else found)
        if found is ABSENT or (self.allows is not None and self.allows(found)):
            return ""
        return "is set without effect" if self.is_set_last else f"is {quote(found)}"


def constant(value: Any) -> Constant:
    """A value that does not depend on the job."""
    return Constant(value)


def only(value: str | int) -> Callable[[Any], bool]:
    """This one value will do, and no other."""
    return lambda found: type(found) is type(value) and bool(found == value)


def any_text(found: Any) -> bool:
    """An object is identified by any text, even an empty one."""
    return isinstance(found, str)


def some_text(found: Any) -> bool:
    """An object is identified by a text that is not empty."""
    return isinstance(found, str) and found != ""


def given(field: str) -> Callable[[Data], Any]:
    """A field of the data, left out when it is empty or 0, as the templates' ``if`` does."""
    return lambda data: data[field] or ABSENT


def look(value: Any, path: Path) -> Any:
    """The value at a path, or ``ABSENT``."""
    for token in path:
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and isinstance(token, int) and token < len(value):
            value = value[token]
        else:
            return ABSENT
    return ABSENT if value is None else value


def look_for(value: Any, path: Path, kind: type[Any]) -> Any:
    """The value at a path if it is of a kind, else an empty one: for reading objects made by others."""
    found = look(value, path)
    return found if isinstance(found, kind) else kind()


class Lookup:
    """Looks for many facts in one object: what holds several of them is found once.

    Args:
        facts: What to look for; each path ends with a key.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts = tuple(facts)
        holders: dict[Path, list[tuple[int, str]]] = {}
        for index, fact in enumerate(self._facts):
            for depth in range(len(fact.path)):
                holders.setdefault(fact.path[:depth], [])
            holders[fact.path[:-1]].append((index, str(fact.path[-1])))
        # Each holder as a step from one before it; the first is the object itself.
        place = {path: index for index, path in enumerate(holders)}
        self._holders = [(place.get(path[:-1], 0), path[-1:], keys) for path, keys in holders.items()]

    def found_in(self, whole: Object) -> Iterator[tuple[Fact, Any]]:
        """Each fact with the value at its path, or ``ABSENT``."""
        found: list[Any] = [ABSENT] * len(self._facts)
        nodes: list[Any] = []
        for above, step, keys in self._holders:
            node = look(nodes[above], step) if step else whole
            nodes.append(node)
            if isinstance(node, dict):
                for index, key in keys:
                    value = node.get(key)
                    if value is not None:
                        found[index] = value
        return zip(self._facts, found, strict=True)


class Builder:
    """Builds objects of many facts: what stands in what is found out once.

    Mappings for one place are merged there, before what has a path of its own under it, and are themselves
    left as they are. A list holds objects.

    Args:
        facts: What to write, in this order; each path begins and ends with a key.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._write = _object_of([(fact.path, fact.write) for fact in facts if fact.is_written])

    def build(self, data: Data) -> dict[str, Any]:
        """The object of a job's data; what holds nothing is left out."""
        built: dict[str, Any] | Absent = self._write(data)
        return {} if isinstance(built, Absent) else built


def _part_of(written: Sequence[tuple[Path, _Write]]) -> _Write:
    """What writes all that stands at a place and under it, paths from there."""
    path, write = written[0]
    if path and isinstance(path[0], int):
        return _list_of(written)
    if path or len(written) > 1 or (isinstance(write, Constant) and isinstance(write.value, dict)):
        return _object_of(written)
    return write


def _object_of(written: Sequence[tuple[Path, _Write]]) -> _Write:
    merged = [write for path, write in written if not path]
    parts = [(str(key), part) for key, part in _parts_of(written)]

    def write_object(data: Data) -> Any:
        built: dict[str, Any] = {}
        for write in merged:
            value = write(data)
            if value is not ABSENT:
                built.update(value)
        for key, write in parts:
            value = write(data)
            if value is not ABSENT:
                built[key] = value
        return built or ABSENT

    return write_object


def _list_of(written: Sequence[tuple[Path, _Write]]) -> _Write:
    parts = [(int(index), part) for index, part in _parts_of(written)]

    def write_list(data: Data) -> Any:
        built: list[Any] = []
        for index, write in parts:
            value = write(data)
            if value is not ABSENT:
                built.extend({} for _ in range(index + 1 - len(built)))
                built[index] = value
        return built or ABSENT

    return write_list


def _parts_of(written: Sequence[tuple[Path, _Write]]) -> list[tuple[str | int, _Write]]:
    """What stands under a place, by its first step."""
    parts: dict[str | int, list[tuple[Path, _Write]]] = {}
    for path, write in written:
        if path:
            parts.setdefault(path[0], []).append((path[1:], write))
    return [(step, _part_of(part)) for step, part in parts.items()]


def format_path(path: Path) -> str:
    """A path as it is written in YAML: ``spec.template.spec.containers[0].image``."""
    text = ""
    for token in path:
        if isinstance(token, int):
            text += f"[{token}]"
        elif token.replace("_", "").isalnum():
            text += f".{token}" if text else token
        else:
            text += f"['{token}']"
    return text
