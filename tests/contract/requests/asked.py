"""The script: what is asked, in which order.

An entry of `asked/*.yaml` is `{name, METHOD: path}` with, if wanted,

- `base` an object of `bases.yaml`, `with` a merge patch on it; or `body` an object; or `raw` literal text,
- `type` the body's media type (JSON), `headers` more headers,
- `lines` how many lines of a stream to read (a watch),
- `save` `{variable: path in the answer}`.

`{variable}` in paths, bodies and headers stands for a saved value, `{ns}` for the namespace that the script
may fill, `{pods}` and its like for the collections in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import yaml

FOLDER = Path(__file__).parent / "asked"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
JSON = "application/json"


@attrs.frozen
class Asked:
    """One request, its variables not yet filled in."""

    name: str
    theme: str
    method: str
    path: str
    body: str | None = None
    type: str = JSON
    headers: Mapping[str, str] = attrs.Factory(dict)
    lines: int = 0
    save: Mapping[str, str] = attrs.Factory(dict)

    @property
    def title(self) -> str:
        """The name of the request in the whole script."""
        return f"{self.theme}: {self.name}"

    def filled(self, variables: Mapping[str, str]) -> Asked:
        """The request with its variables in place."""
        return attrs.evolve(
            self,
            path=fill(self.path, variables),
            body=None if self.body is None else fill(self.body, variables),
            headers={name: fill(value, variables) for name, value in self.headers.items()},
        )


def load() -> list[Asked]:
    """The whole script, in order."""
    bases = _read(FOLDER / "bases.yaml")
    files = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "bases.yaml")
    return [_asked(entry, path.stem[3:], bases) for path in files for entry in _read(path)]


def places(namespace: str) -> dict[str, str]:
    """The variables that every script begins with."""
    inside = f"/api/v1/namespaces/{namespace}"
    kinds = ("pods", "services", "configmaps", "secrets", "serviceaccounts", "events")
    return {
        "ns": namespace,
        "ns_path": inside,
        "jobs": f"/apis/batch/v1/namespaces/{namespace}/jobs",
        "rbac": f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}",
    } | {kind: f"{inside}/{kind}" for kind in kinds}


def fill(text: str, variables: Mapping[str, str]) -> str:
    """Put values in place of `{name}`; other braces stay."""
    for name, value in variables.items():
        text = text.replace("{" + name + "}", value)
    return text


def merge(base: Any, patch: Any) -> Any:
    """RFC 7386, without writing into the base."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def _asked(entry: dict[str, Any], theme: str, bases: Mapping[str, Any]) -> Asked:
    method, path = next(_target(entry))
    return Asked(
        name=entry["name"],
        theme=theme,
        method=method,
        path=path,
        body=_body(entry, bases),
        type=entry.get("type", JSON),
        headers=entry.get("headers", {}),
        lines=entry.get("lines", 0),
        save=entry.get("save", {}),
    )


def _target(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "method" in entry:
        yield entry["method"], entry["path"]
    yield from ((method, entry[method]) for method in METHODS if method in entry)


def _body(entry: Mapping[str, Any], bases: Mapping[str, Any]) -> str | None:
    if "raw" in entry:
        return str(entry["raw"])
    if "body" in entry:
        return json.dumps(entry["body"])
    if "base" in entry:
        return json.dumps(merge(bases[entry["base"]], entry.get("with", {})))
    return None


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())
