"""The library's own templates, which are used where a directory has none: version 2.5.0, of our own text.

They render what the built-in manifest is, for every job (domain, section 4).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

JOB_FILE: Final = "job.tpl"
SERVICE_FILE: Final = "service.tpl"


@cache
def default_templates() -> Mapping[str, str]:
    """The library's own ``job.tpl`` and ``service.tpl``, by file name."""
    return MappingProxyType({name: _text(name) for name in (JOB_FILE, SERVICE_FILE)})


def _text(name: str) -> str:
    # By the loader that has found this module: the text is a part of the package, as code is.
    data = pkgutil.get_data(__name__, name)
    assert data is not None
    return data.decode()
