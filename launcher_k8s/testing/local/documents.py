"""The paths that are no resources: health, version, discovery, OpenAPI, and the list of all of these."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

import msgspec
from aiohttp import web

from launcher_k8s.testing.cluster import discovery, openapi
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.refusals import method_not_allowed, path_not_found
from launcher_k8s.testing.local.negotiation import Shape, choose_form
from launcher_k8s.testing.local.paths import GROUPS, NoPathError
from launcher_k8s.testing.local.responses import Wish, document, text

_HEALTH: Final = ("/healthz", "/livez", "/readyz")


class Documents:
    """Answers for what is no resource.

    Args:
        version: Of Kubernetes, such as ``v1.36.3``.
        address: The server's ``host:port``.
    """

    def __init__(self, *, version: str, address: str) -> None:
        self._version = version
        self._address = address
        self._openapi: dict[str, bytes] = {}
        self._fixed: dict[str, Callable[[], Object]] = {
            "/": self._index,
            "/version": lambda: version_document(version),
        }

    def answers(self, path: str) -> bool:
        """Whether a path is one of these rather than a resource's."""
        parts = path.strip("/").split("/")
        if parts[0] == "api":
            return len(parts) < 3
        if parts[0] == "apis":
            return len(parts) < 4
        return True

    def answer(self, method: str, path: str, accept: str, wish: Wish, *, prefix: str = "") -> web.Response:
        """Answer for such a path; ``prefix`` is what stood before it, for links to others.

        Raises:
            NoPathError: Nothing is there.
            Refusal: No such group, version or method.
        """
        trimmed = path.rstrip("/") or "/"
        if trimmed in _HEALTH or trimmed.startswith(tuple(f"{each}/" for each in _HEALTH)):
            return text(200, "ok")
        if method not in ("GET", "HEAD"):
            raise method_not_allowed()
        if trimmed == "/openapi/v3":
            return document(self._openapi_index(prefix), wish)
        if trimmed in self._fixed:
            return document(self._fixed[trimmed](), wish)
        if trimmed.startswith("/openapi/"):
            return self._openapi_document(trimmed)
        return self._discover(trimmed, accept, wish)

    def _discover(self, path: str, accept: str, wish: Wish) -> web.Response:
        parts = path.strip("/").split("/")
        if path in ("/api", "/apis"):
            form = choose_form(accept, shapes=(Shape.DISCOVERY,))
            told = Wish(form, wish.pretty)
            if form.shape is Shape.DISCOVERY:
                return document(discovery.aggregated(core=path == "/api"), told)
            found = discovery.api_versions(self._address) if path == "/api" else discovery.api_groups()
            return document(found, told)
        return document(_discovered(parts), wish)

    def _index(self) -> Object:
        groups = [f"/apis/{group}" for group in sorted(GROUPS)]
        versions = [f"/apis/{group}/{version}" for group, version in discovery.GROUP_VERSIONS if group]
        fixed = ["/api", "/api/v1", "/apis", *_HEALTH, "/openapi/v2", "/openapi/v3", "/version"]
        return {"paths": sorted([*fixed, *groups, *versions])}

    def _openapi_index(self, prefix: str) -> Object:
        return {
            "paths": {
                path: {"serverRelativeURL": f"{prefix}/openapi/v3/{path}?hash={self._hash(path)}"}
                for path in openapi.PATHS
            }
        }

    def _hash(self, path: str) -> str:
        return quote(hashlib.sha512(self._openapi_v3(path)).hexdigest().upper())

    def _openapi_v3(self, path: str) -> bytes:
        if path not in self._openapi:
            self._openapi[path] = msgspec.json.encode(openapi.document_v3(path, self._version))
        return self._openapi[path]

    def _openapi_document(self, path: str) -> web.Response:
        if path == "/openapi/v2":
            if "" not in self._openapi:
                self._openapi[""] = msgspec.json.encode(openapi.document_v2(self._version))
            return web.Response(body=self._openapi[""], content_type="application/json")
        name = path.removeprefix("/openapi/v3/")
        if name not in openapi.PATHS:
            raise NoPathError
        return web.Response(body=self._openapi_v3(name), content_type="application/json")


def _discovered(parts: list[str]) -> Object:
    if parts[0] not in ("api", "apis"):
        raise NoPathError
    group, version = ("", parts[1]) if parts[0] == "api" else (parts[1], "".join(parts[2:]))
    if group and group not in GROUPS:
        raise NoPathError
    found = discovery.api_resources(group, version) if version else discovery.api_group(group)
    if found is None:
        raise path_not_found()
    return found


def version_document(version: str) -> Object:
    """What ``/version`` says."""
    major, minor = version.removeprefix("v").split(".")[:2]
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": str(int(minor) - 1),
        "gitVersion": version,
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "linux/amd64",
    }
