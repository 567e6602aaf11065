"""What kubernetes_asyncio's generated models say of the objects that the embedded cluster serves.

``python -m tests.models`` writes it to where :mod:`launcher_k8s.testing.cluster.shapes` reads it; a test sees
that the file is what the installed models say.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import msgspec

from launcher_k8s.testing import cluster
from launcher_k8s.testing.cluster.kinds import KINDS
from launcher_k8s.testing.cluster.shapes import model_name

FILE: Final = Path(cluster.__path__[0]) / "models.json"
_WORD: Final = re.compile(r"\w+")


def text_of_models() -> str:
    """By the model's name, the declared type of each JSON field: one model a line."""
    found: dict[str, dict[str, str]] = {}
    for kind in KINDS:
        _collect(model_name(f"V1{kind.kind}"), found)
    lines = [f"{_json(name)}:{_json(fields)}" for name, fields in sorted(found.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _collect(name: str, found: dict[str, dict[str, str]]) -> None:
    from kubernetes_asyncio.client import models

    model: Any = getattr(models, name, None)
    if name in found or not hasattr(model, "openapi_types"):
        return
    found[name] = {model.attribute_map[field]: text for field, text in model.openapi_types.items()}
    for text in found[name].values():
        for word in _WORD.findall(text):
            _collect(model_name(word), found)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    FILE.write_text(text_of_models())
