"""Sends the script to the store itself, without HTTP.

What only a server answers (logs, discovery, other forms than JSON, who is nobody) is not asked: see
`is_for_store`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from launcher_k8s.testing.cluster import kinds
from launcher_k8s.testing.cluster.api import Api, Request
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.local.paths import find_target
from tests.contract.requests.asked import JSON, Asked
from tests.contract.requests.sending import Answered, decode

_OF_THE_SERVER = ("/log", "/healthz", "/readyz", "/livez", "/version", "/nowhere")
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n"
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def is_for_store(asked: Asked) -> bool:
    """Whether the store can answer a request without a server around it."""
    path = urlsplit(asked.path).path
    deep = path.startswith("{") or len(path.strip("/").split("/")) > 3
    return deep and not path.endswith(_OF_THE_SERVER) and not asked.headers and "/watch/" not in path


@attrs.frozen
class DirectSender:
    """One user at a store.

    Args:
        api: The store's API.
    """

    api: Api

    @classmethod
    def with_namespace(cls, namespace: str) -> DirectSender:
        """A fresh cluster with a namespace; time stands still, chance is repeatable."""
        api = Api(now=lambda: START, draw=random.Random(4).randbytes, ca_pem=CERTIFICATE)
        api.add(kinds.NAMESPACE, {"metadata": {"name": namespace}})
        return cls(api)

    def __call__(self, asked: Asked) -> Answered:
        """Ask, and put the answer as a server would."""
        parts = urlsplit(asked.path)
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        try:
            target = find_target(asked.method, unquote(parts.path), params)
            body = b"" if asked.body is None else asked.body.encode()
            request = Request(target.verb, target.resource, params, body, asked.type)
            if target.verb == "watch":
                return Answered(200, list(self._watch(request, asked.lines)), JSON)
            answer = self.api.answer(request)
        except Refusal as refusal:
            return Answered(refusal.code, dict(refusal.status), JSON)
        warnings = tuple(f"299 - {json.dumps(warning)}" for warning in answer.warnings)
        return Answered(answer.code, decode(answer.body.decode()), JSON, warnings)

    def _watch(self, request: Request, lines: int) -> Iterator[object]:
        watch = self.api.watch(request, lambda: None)
        for event in watch.take()[:lines]:
            yield json.loads(event)
        watch.close()
