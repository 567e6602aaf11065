"""A cluster that answers each request from a script, for the parts of the backend that send few."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from launcher_k8s.connection import JSON_MEDIA_TYPE, MERGE_PATCH, Reply, Resource

Answer = Reply | Exception | Callable[[], Reply]


def body(**fields: Any) -> Reply:
    """An answer with an object in it."""
    return Reply(json.dumps(fields).encode())


class ScriptedAnswers:
    """Answers ``verb plural`` from a list; the last answer of a list is given again and again."""

    def __init__(self, script: Mapping[str, list[Answer]]) -> None:
        self.script = {request: list(answers) for request, answers in script.items()}
        self.seen: list[str] = []
        self.bodies: list[Any] = []
        self.params: list[Mapping[str, str]] = []
        self.deleted_uids: list[str] = []

    def _answer(self, verb: str, resource: Resource) -> Reply:
        request = f"{verb} {resource.plural}"
        self.seen.append(request)
        answers = self.script[request]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else answer()

    async def create(
        self,
        resource: Resource,
        body: bytes,
        *,
        params: Mapping[str, str] | None = None,
        content_type: str = JSON_MEDIA_TYPE,
    ) -> Reply:
        self.bodies.append(json.loads(body))
        self.params.append(params or {})
        return self._answer("create", resource)

    async def get(self, resource: Resource) -> Reply:
        return self._answer("get", resource)

    async def patch(self, resource: Resource, body: bytes, *, content_type: str = MERGE_PATCH) -> Reply:
        self.bodies.append(json.loads(body))
        return self._answer("patch", resource)

    async def delete(self, resource: Resource, *, uid: str = "") -> Reply:
        self.deleted_uids.append(uid)
        return self._answer("delete", resource)
