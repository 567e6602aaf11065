"""Rendering a text, or its failure, in one line."""

from __future__ import annotations

from typing import Any, Final

import pytest

from launcher_k8s.errors import TemplateError
from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.jinja.engine import Engine
from launcher_k8s.templates.no_effects import NoEffects

ENGINE: Final = Engine(launcher_functions(), NoEffects())
JOB: Final[dict[str, Any]] = {
    "name": "my job",
    "args": ["a", "b: c"],
    "metadata": {"items": 3, "cost": {"center": 4711}},
    "user": "jane",
    "count": 3,
}


def render(text: str, job: dict[str, Any] | None = None, *, engine: Engine = ENGINE, **files: str) -> str:
    """What a template prints; other files are named by keywords: ``b`` is ``b.j2``."""
    texts = {"a.j2": text, **{f"{name}.j2": other for name, other in files.items()}}
    return engine.compile(texts).render("a.j2", {"Job": JOB if job is None else job})


def failure(text: str, *, engine: Engine = ENGINE, **files: str) -> TemplateError:
    """How a template fails."""
    with pytest.raises(TemplateError) as caught:
        render(text, None, engine=engine, **files)
    return caught.value
