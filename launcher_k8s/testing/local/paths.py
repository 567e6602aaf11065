"""Which resource a URL names, and what an HTTP method does with it.

Rules: ``k8s.io/apiserver/pkg/endpoints/request/requestinfo.go`` and the routes that
``endpoints/installer.go`` makes: what is no route of the kind answers 404, what is one for other methods 405.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.kinds import KINDS, Kind, kind_at
from launcher_k8s.testing.cluster.refusals import method_not_allowed, path_not_found
from launcher_k8s.testing.cluster.requests import read_flag

GROUPS: Final = frozenset(kind.group for kind in KINDS if kind.group)
_ON_COLLECTION: Final = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
_ON_OBJECT: Final = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_ON_SUBRESOURCE: Final = _ON_OBJECT | {"POST": "create"}


class NoPathError(Exception):
    """The path is none that the server knows of: a plain ``404 page not found``."""


@attrs.frozen
class Target:
    """What a request is about.

    Args:
        verb: As in :class:`~launcher_k8s.testing.cluster.requests.Request`.
        resource: The collection, object or subresource.
        kind: The kind that the resource is of.
    """

    verb: str
    resource: Resource
    kind: Kind


def without_watch(path: str, params: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """A path of the old form ``/api/v1/watch/...`` as it is written today; others as they are.

    What was an object at its end becomes a field selector: it is a collection that is watched.
    """
    parts = path.strip("/").split("/")
    at = 2 if parts[0] == "api" else 3
    if parts[at : at + 1] != ["watch"]:
        return path, params
    del parts[at]
    params = {**params, "watch": "true"}
    if len(parts) - at in (2, 4):
        params["fieldSelector"] = f"metadata.name={parts.pop()}"
    return "/" + "/".join(parts), params


def find_target(method: str, path: str, params: Mapping[str, str]) -> Target:
    """Read a request line.

    Args:
        method: ``GET``, ``POST``...
        path: Decoded, from ``/api`` or ``/apis`` on, longer than a group and version.
        params: The query.

    Raises:
        NoPathError: No such API group.
        Refusal: No such resource (404), or the method does nothing there (405).
    """
    resource = _read(path)
    kind = kind_at(resource)
    if kind is None:
        raise path_not_found()
    verb = _verb(method, resource, kind, params)
    return Target(verb, resource, kind)


def _read(path: str) -> Resource:
    parts = path.strip("/").split("/")
    if parts[0] == "api":
        group, rest = "", parts[1:]
    else:
        group, rest = parts[1], parts[2:]
        if group not in GROUPS:
            raise NoPathError
    version, *rest = rest
    namespace = ""
    if len(rest) > 2 and rest[0] == "namespaces" and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    if not rest or len(rest) > 3 or not all(rest):
        raise path_not_found()
    plural, name, subresource = (*rest, "", "")[:3]
    return Resource(plural, group, version, namespace, name, subresource)


def _verb(method: str, resource: Resource, kind: Kind, params: Mapping[str, str]) -> str:
    if kind.namespaced != bool(resource.namespace) and (resource.namespace or resource.name):
        raise path_not_found()
    if resource.subresource:
        return _verb_on_subresource(method, resource, kind)
    verb = (_ON_OBJECT if resource.name else _ON_COLLECTION).get(method, "")
    if verb == "list" and read_flag(params, "watch"):
        verb = "watch"
    everywhere = kind.namespaced and not resource.namespace
    offered = ("list", "watch") if everywhere else kind.verbs
    if verb not in offered or verb not in kind.verbs:
        raise method_not_allowed() if _any_route(resource, kind) else path_not_found()
    return verb


def _any_route(resource: Resource, kind: Kind) -> bool:
    """Whether some method does something with the path; a review, say, can be created and nothing else."""
    verbs = _ON_OBJECT if resource.name else _ON_COLLECTION
    return any(verb in kind.verbs for verb in verbs.values())


def _verb_on_subresource(method: str, resource: Resource, kind: Kind) -> str:
    subresource = kind.subresource(resource.subresource)
    if subresource is None:
        raise path_not_found()
    verb = _ON_SUBRESOURCE.get(method, "")
    if verb not in subresource.verbs:
        raise method_not_allowed()
    return verb
