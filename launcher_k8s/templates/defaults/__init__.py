"""The library's own templates, of version 2.5.0 and of our own text; and the files that make the objects.

Where a directory has no template for an object, the one in Go's language is used. Those in Jinja2 are for who
wants to begin with one. Both render what the built-in manifest is, for every job (domain, section 4).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

JOB_FILE: Final = "job.tpl"
SERVICE_FILE: Final = "service.tpl"
JINJA_JOB_FILE: Final = "job.yaml.j2"
JINJA_SERVICE_FILE: Final = "service.yaml.j2"
JINJA_SUFFIX: Final = ".j2"
SUFFIXES: Final = (".tpl", JINJA_SUFFIX)
"""What the names of templates end in: Go's language, and Jinja2."""
JOB_FILES: Final = (JOB_FILE, JINJA_JOB_FILE)
"""The files that make the Job: a directory has one of them."""
SERVICE_FILES: Final = (SERVICE_FILE, JINJA_SERVICE_FILE)
"""The files that make the Service."""


@cache
def default_templates(*, jinja: bool = False) -> Mapping[str, str]:
    """The library's own templates of the Job and of the Service, by file name.

    Args:
        jinja: Those in Jinja2 rather than in Go's language.
    """
    return MappingProxyType({name: _text(name) for name in pair_of(jinja=jinja)})


def pair_of(*, jinja: bool) -> tuple[str, str]:
    """The files of the Job and of the Service in one of the two languages."""
    return (JINJA_JOB_FILE, JINJA_SERVICE_FILE) if jinja else (JOB_FILE, SERVICE_FILE)


def is_jinja(name: str) -> bool:
    """Whether a file of that name is in Jinja2."""
    return name.endswith(JINJA_SUFFIX)


def chosen(names: Collection[str], candidates: tuple[str, str]) -> str:
    """The file that makes an object: the one that is there, or else the library's own in Go's language.

    Args:
        names: The files that are there.
        candidates: The object's file in Go's language, and in Jinja2.
    """
    return candidates[1] if candidates[1] in names else candidates[0]


def _text(name: str) -> str:
    # By the loader that has found this module: the text is a part of the package, as code is.
    data = pkgutil.get_data(__name__, name)
    assert data is not None
    return data.decode()
