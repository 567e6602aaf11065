"""Hearing all that could give a secret away: logs of every library, errors to their last cause, and views.

What a traceback shows of local variables is no part of it: no handler of ours asks for those.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Self

from launcher_k8s.errors import LauncherError


class Ears(logging.Handler):
    """Keeps everything that is said while it is open.

    Attributes:
        heard: Each text, with where it was heard.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[tuple[str, str]] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s %(args)r"))

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Ears on every logger at its finest, and on an event loop in its debug mode."""
        ears, root, loop = cls(), logging.getLogger(), asyncio.get_running_loop()
        names = ("asyncio", "aiohttp", "kubernetes_asyncio", "launcher_k8s")
        levels = {name: logging.getLogger(name).level for name in ("", *names)}
        debug = loop.get_debug()
        root.addHandler(ears)
        for name in levels:
            logging.getLogger(name).setLevel(logging.DEBUG)
        loop.set_debug(True)
        try:
            yield ears
        finally:
            loop.set_debug(debug)
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            root.removeHandler(ears)

    def emit(self, record: logging.LogRecord) -> None:
        """For the loggers: a record and what it was made of."""
        self.heard.append((f"log of {record.name}", self.format(record)))

    def see(self, *values: object) -> None:
        """Values as Python, a terminal and a notebook show them."""
        for value in values:
            for view in views_of(value):
                self.heard.append((f"view of {type(value).__name__}", view))

    def catch(self, error: BaseException) -> None:
        """An error as it is printed, with all that led to it and all that it carries."""
        for each in chain_of(error):
            carried = vars(each) if isinstance(each, LauncherError) else {}
            for text in (str(each), repr(each), repr(each.args)):
                self.heard.append((type(each).__name__, text))
            self.see(*carried.values())
        printed = "".join(traceback.format_exception(error))
        self.heard.append((f"traceback of {type(error).__name__}", printed))

    async def refused(self, asking: Awaitable[Any], kind: type[LauncherError]) -> LauncherError:
        """The error of a call that must fail."""
        try:
            await asking
        except kind as error:
            self.catch(error)
            return error
        raise AssertionError(f"no {kind.__name__}")

    def check(self, secrets: dict[str, str]) -> None:
        """None of the secrets was heard.

        Args:
            secrets: The texts, each by what it is.
        """
        told = {
            f"{what}: {where}: ...{text[max(0, text.find(secret) - 120) : text.find(secret) + 60]!r}"
            for where, text in self.heard
            for what, secret in secrets.items()
            if secret in text
        }
        assert not told, "\n".join(sorted(told))


def views_of(value: object) -> Iterator[str]:
    """Every way in which a value shows itself."""
    yield from (str(value), repr(value), f"{value}")
    for name in ("_repr_html_", "text"):
        if callable(view := getattr(value, name, None)):
            yield str(view())


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error, its causes and contexts, also those that are not shown."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
