"""YAML as text: what a file says, before anybody guesses types, each part with its place.

A plain ``3.10`` stays the text that it is; where YAML would make a number of it, Python's 3.1 would be
another version. Only what such a file needs is read: one document of mappings, lists and texts. Aliases,
which can make gigabytes of a few lines, and tags, which can make anything, are refused, and so are a key
that stands twice, nesting without end, and files far larger than anybody writes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import attrs

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import LONGEST_SOURCE, check_text
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Location
from launcher_k8s.wording import quote

LARGEST = 2**20
DEEPEST = 20

_TEXT_TAG = "tag:yaml.org,2002:str"
_LINE_END = re.compile("\n")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@attrs.frozen
class YamlText:
    """A scalar as written, without quotes; ``is_null`` where nothing is written, or ``null``."""

    text: str
    is_null: bool
    location: Location


@attrs.frozen
class YamlList:
    """A list."""

    items: tuple[YamlNode, ...]
    location: Location


@attrs.frozen
class YamlMapping:
    """A mapping of texts; ``places`` has the place of each key."""

    members: Mapping[str, YamlNode]
    places: Mapping[str, Location]
    location: Location


YamlNode: TypeAlias = YamlText | YamlList | YamlMapping


class _UnwantedError(Exception):
    """YAML that is not read here; stays in this module."""

    def __init__(self, message: str, hint: str, mark: Any = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.mark = message, hint, mark


def parse_yaml(file: FileText, findings: Findings) -> YamlNode | None:
    """The document of a file; None where it cannot be read, which is then reported with its place.

    Args:
        file: The file, UTF-8 with or without a byte order mark.
        findings: Told of everything that is wrong.
    """
    import yaml

    if len(file.data) > LARGEST:
        message = f"the file has {len(file.data)} bytes, at most {LARGEST} are read"
        findings.report("bad-yaml", Location(file.path), message, "is this the right file?")
        return None
    if not check_text(file, findings):
        return None
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, start = file.data.count(b"\n", 0, error.start), file.data.rfind(b"\n", 0, error.start)
        where = Location(file.path, line + 1, error.start - start)
        message = f"byte 0x{file.data[error.start]:02x} is not UTF-8"
        findings.report("not-text", where, message, "save the file as UTF-8 text")
        return None
    builder = _Builder(file.path, text, findings)
    try:
        return builder.build()
    except _UnwantedError as problem:
        where = builder.at(problem.mark) if problem.mark else Location(file.path)
        findings.report("bad-yaml", where, problem.message, problem.hint)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = builder.at(mark) if mark else Location(file.path)
        said = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        if where.source[where.column - 1 : where.column] == "\t" or where.source.lstrip(" ").startswith("\t"):
            findings.report("bad-yaml", where, "a tab: YAML indents with spaces", "write spaces in its place")
        else:
            findings.report("bad-yaml", where, f"the file is not YAML: {said}", "mend it here or just above")
    return None


class _Builder:
    """Makes nodes of the parser's events, without the parser's own guesses and aliases."""

    def __init__(self, path: str, text: str, findings: Findings) -> None:
        self._path = path
        self._text = text
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._findings = findings

    def at(self, mark: Any, length: int = 1) -> Location:
        """A place from the parser's mark, which counts more kinds of line ends than an editor does."""
        index = min(mark.index, len(self._text))
        line = bisect_right(self._starts, index)
        start = self._starts[line - 1]
        source = self._text[start : start + LONGEST_SOURCE].partition("\n")[0].rstrip("\r")
        return Location(self._path, line, index - start + 1, source=source, length=length)

    def build(self) -> YamlNode:
        """The document; a null where the file has none.

        Raises:
            _UnwantedError: It has more than is read here.
            yaml.YAMLError: It is no YAML.
        """
        import yaml

        # The same reader in C, where it is at hand, is many times faster.
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        events = iter(yaml.parse(self._text, Loader=loader))
        document: YamlNode | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if document is not None:
                    raise _UnwantedError("a second document begins", "keep one", event.start_mark)
                document = self._node(next(events), events, 0)
        return document or YamlText("", is_null=True, location=Location(self._path))

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> YamlNode:
        import yaml

        self._refuse(event, depth)
        where = self.at(event.start_mark)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := next(events), yaml.SequenceEndEvent):
                items.append(self._node(item, events, depth + 1))
            return YamlList(tuple(items), where)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, where, depth)
        is_null = event.style in (None, "") and event.value in _NULLS
        where = self.at(event.start_mark, _length(event))
        return YamlText(event.value, is_null, where)

    def _mapping(self, events: Iterator[Any], where: Location, depth: int) -> YamlMapping:
        import yaml

        members: dict[str, YamlNode] = {}
        places: dict[str, Location] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            if not isinstance(key, YamlText):
                raise _UnwantedError("a key is a list or a mapping", "write a name", event.start_mark)
            value = self._node(next(events), events, depth + 1)
            if key.text in members:
                message = f"{quote(key.text)} is already set in line {places[key.text].line}"
                self._findings.report("duplicate-key", key.location, message, "keep one of the two")
            else:
                members[key.text], places[key.text] = value, key.location
        return YamlMapping(members, places, where)

    def _refuse(self, event: Any, depth: int) -> None:
        import yaml

        if isinstance(event, yaml.AliasEvent):
            raise _UnwantedError(
                f"*{event.anchor} is an alias", "write out what it stands for", event.start_mark
            )
        if depth > DEEPEST:
            message = f"the nesting is deeper than {DEEPEST} levels"
            raise _UnwantedError(message, "is this the right file?", event.start_mark)
        # "!" says that a scalar is a text, which all of them are here.
        is_text = isinstance(event, yaml.ScalarEvent) and event.tag in (_TEXT_TAG, "!")
        if event.tag is not None and not is_text:
            message = f"{quote(event.tag)} is a tag: values are texts, lists and mappings here"
            raise _UnwantedError(message, "remove it", event.start_mark)


def _length(event: Any) -> int:
    start, end = event.start_mark, event.end_mark
    return max(1, end.column - start.column) if end.line == start.line else 1
