"""The library's own templates, which are used where a directory has none: version 2.5.0, of our own text.

They render what the built-in manifest is, for every job (domain, section 4).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

JOB_FILE: Final = "job.tpl"
SERVICE_FILE: Final = "service.tpl"


@cache
def default_templates() -> MappingProxyType[str, str]:
    """The texts of ``job.tpl`` and ``service.tpl``, by name."""
    here = resources.files(__name__)
    return MappingProxyType(
        {name: here.joinpath(name).read_text(encoding="utf-8") for name in (JOB_FILE, SERVICE_FILE)}
    )
