"""The tables of a TOML document while it is read, and which of them may still be defined.

Source: github.com/BurntSushi/toml 1.6.0, parse.go (``addContext``, ``setValue``, ``setType``).
"""

from __future__ import annotations

from typing import Any

from launcher_k8s.templates.govalues.allowance import SLOW, spend
from launcher_k8s.templates.govalues.values import GoError
from launcher_k8s.templates.toml.characters import Characters
from launcher_k8s.templates.toml.keys import Path, dotted


class TableArray(list[dict[str, Any]]):
    """Tables under one name, each begun with the name in double brackets."""


class Tables:
    """The document's tables.

    Attributes:
        root: The document.
        context: The table that pairs go to.
        key_line: Where the key that is being read began.
    """

    def __init__(self, characters: Characters) -> None:
        self.root: dict[str, Any] = {}
        self.context: Path = ()
        self.key_line = 1
        self._characters = characters
        self._implicit: set[str] = set()
        self._arrays: set[str] = set()

    def enter(self, path: Path, *, array: bool) -> None:
        """Begin a table, with those above it that are not there.

        Args:
            path: Its whole name.
            array: Whether it is one more of that name.
        """
        spend(2 * SLOW * len(path))
        table = self.root
        for depth, part in enumerate(path[:-1], 1):
            if part not in table:
                self._implicit.add(dotted(path[:depth]))
                table[part] = {}
            found = self._table_of(table[part])
            if found is None:
                raise self._refusal(f"Key '{dotted(path[:depth])}' was already created as a hash.")
            table = found
        self.context = path[:-1]
        if not array:
            self.put(path[-1], {})
        else:
            tables = table.setdefault(path[-1], TableArray())
            if not isinstance(tables, TableArray):
                raise self._refusal(
                    f"Key '{dotted(path)}' was already created and cannot be used as an array."
                )
            tables.append({})
        self.context = path

    def enter_implicitly(self, path: Path) -> None:
        """Begin a table that a key with dots names."""
        self._implicit.add(dotted(path))
        self.enter(path, array=False)

    def enter_inline(self, path: Path, *, array: bool) -> None:
        """Begin a table in braces."""
        self._implicit.add(dotted(path))
        self.enter(path, array=array)

    def put(self, key: str, value: Any) -> None:
        """Define a key of the table that pairs go to.

        Raises:
            GoError: It is defined already.
        """
        table = self.root
        for depth, part in enumerate(self.context, 1):
            found = self._table_of(table[part])
            if found is None:
                raise self._refusal(f"Key '{dotted(self.context[:depth])}' has already been defined.")
            table = found
        name = dotted((*self.context, key))
        if key in table:
            if name not in self._implicit:
                raise self._refusal(f"Key '{name}' has already been defined.")
            self._implicit.discard(name)
            if name not in self._arrays:
                return
        table[key] = value

    def put_into(self, table: dict[str, Any], path: Path, value: Any) -> None:
        """Define a key with dots in a table in braces."""
        for part in path[:-1]:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise self._refusal(f'"{dotted(self.context)}" is not a table')
        table[path[-1]] = value

    def note_type(self, key: str, *, array: bool) -> None:
        """Remember whether a key's value is an array in brackets."""
        name = dotted((*self.context, key) if key else self.context or ("",))
        (self._arrays.add if array else self._arrays.discard)(name)

    @staticmethod
    def _table_of(value: Any) -> dict[str, Any] | None:
        if isinstance(value, TableArray):
            return value[-1]
        return value if isinstance(value, dict) else None

    def _refusal(self, problem: str) -> GoError:
        return self._characters.failure(problem, line=self.key_line)
