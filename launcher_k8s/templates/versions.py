"""The version of a template: what its first line says, and whether this library can render it.

A job or Service template begins with ``# Version: X``, or ``{# Version: X #}`` if it is in Jinja2. Before
2.6.0 of the Launcher X was an integer, since then it has up to three parts (domain, section 4). Accepted are
major 2 up to our own 2.5, and major 1, of which a plan warns.
"""

from __future__ import annotations

import re
from typing import Final

from launcher_k8s.errors import TemplateSyntaxError
from launcher_k8s.manifest.check import NEWEST
from launcher_k8s.shape.fact import Version
from launcher_k8s.templates.defaults import is_jinja

OLDEST_FULL: Final[Version] = (2, 0, 0)
"""Older ones are accepted with a warning."""

REQUESTS_SINCE: Final[Version] = (2, 3, 0)

_LINE: Final = re.compile(r"# Version: *(\d{1,9}(?:\.\d{1,9}){0,2})[ \t\r]*(?:\n|\Z)", re.ASCII)
_COMMENT: Final = re.compile(
    r"\{#-? *Version: *(\d{1,9}(?:\.\d{1,9}){0,2}) *-?#\}[ \t\r]*(?:\n|\Z)", re.ASCII
)
"""What files in Jinja2 may say instead."""
_NEAR: Final = re.compile(r"\s*(?:\{?#-?)?\s*version\b", re.IGNORECASE)
_NEWEST: Final = ".".join(map(str, NEWEST))
_HINT: Final = f"write # Version: {_NEWEST} there, alone and before anything else"
_JINJA_HINT: Final = f"write {{# Version: {_NEWEST} #}} there, alone and before anything else"


def read_version(name: str, text: str) -> Version:
    """The version of a job or Service template.

    Args:
        name: The file's name.
        text: Its text.

    Raises:
        TemplateSyntaxError: The first line states none, or one that this library does not know.
    """
    found = _LINE.match(text) or (_COMMENT.match(text) if is_jinja(name) else None)
    if found is None:
        wrong = "is not as it should be" if _NEAR.match(text) else "is missing"
        hint = _JINJA_HINT if is_jinja(name) else _HINT
        raise _error(name, text, f"the version {wrong}: the first line must state it", hint)
    major, minor, patch = (int(part) for part in f"{found[1]}.0.0".split(".")[:3])
    version = (major, minor, patch)
    if not (major == 1 or (2,) <= version < (NEWEST[0], NEWEST[1] + 1)):
        newest = f"{NEWEST[0]}.{NEWEST[1]}"
        message = f"version {found[1]} is not supported: 1 and 2 to {newest}.x are"
        raise _error(name, text, message, f"begin with the template of version {newest} and edit that")
    return version


def format_version(version: Version) -> str:
    """A version in three parts: ``2.5.0``."""
    return ".".join(map(str, version))


def _error(name: str, text: str, cause: str, hint: str) -> TemplateSyntaxError:
    source = text.split("\n", 1)[0]
    return TemplateSyntaxError(
        f"template: {name}:1: {cause}", template=name, line=1, source=source, cause=cause, hint=hint
    )
