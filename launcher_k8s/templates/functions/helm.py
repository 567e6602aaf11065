"""What Helm adds for the templates of charts: ``include``, ``tpl``, ``required`` and ``lookup``.

There is no cluster to look anything up in, as under ``helm template``. Source: Helm 4.3.1,
pkg/engine/engine.go and funcs.go.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from launcher_k8s.templates.govalues.signature import Registry, function
from launcher_k8s.templates.govalues.values import GoError

LAUNCHER_REGISTRY: Final[Registry] = {}
HELM_REGISTRY: Final[Registry] = {}


@function(LAUNCHER_REGISTRY, "string, any", "include", "tpl")
def render(_template: str, _data: Any) -> NoReturn:
    """What a template gives: here is only what it takes, since the engine itself answers these calls."""
    raise NotImplementedError


@function(LAUNCHER_REGISTRY, "string, any", "required")
def required(complaint: str, value: Any) -> Any:
    """A value that must not be nil or an empty text."""
    if value is None or (type(value) is str and not value):
        raise GoError(complaint)
    return value


@function(LAUNCHER_REGISTRY, "string, string, string, string", "lookup")
def lookup(_version: str, _kind: str, _namespace: str, _name: str) -> dict[str, Any]:
    """An object of the cluster: none."""
    return {}


@function(HELM_REGISTRY, "string", "getHostByName")
def host_by_name(_name: str) -> str:
    """A host's address: none, since Helm asks no name server unless it is told to."""
    return ""
