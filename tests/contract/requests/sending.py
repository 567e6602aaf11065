"""Sends the script to a server, one request after the other, and keeps the answers.

A plain HTTP client of the standard library, not the library under test: what arrives is what the server
wrote.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from tests.contract.requests.asked import Asked, places

SILENCE_S = 30


@attrs.frozen
class Answered:
    """What a server answered: `body` is decoded JSON, a list of it for a stream, else text."""

    code: int
    body: Any
    content_type: str = ""
    warnings: tuple[str, ...] = ()


Send = Callable[[Asked], Answered]


@attrs.frozen
class Sender:
    """One user at one server; a connection per request.

    Args:
        url: The server, http or https, perhaps with a path.
        token: The bearer token.
        ca_pem: The authority that signed the server's certificate.
    """

    url: str
    token: str
    ca_pem: str = ""

    def __call__(self, asked: Asked) -> Answered:
        """Send one request and read its answer."""
        connection = self._connection()
        try:
            connection.request(
                asked.method,
                urlsplit(self.url).path.rstrip("/") + asked.path,
                None if asked.body is None else asked.body.encode(),
                self._headers(asked),
            )
            return _answered(connection.getresponse(), lines=asked.lines)
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=SILENCE_S)
        trust = ssl.create_default_context(cadata=self.ca_pem or None)
        return http.client.HTTPSConnection(host, port, timeout=SILENCE_S, context=trust)

    def _headers(self, asked: Asked) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if asked.body is not None:
            headers["Content-Type"] = asked.type
        headers |= asked.headers
        return {name: value for name, value in headers.items() if value}


def converse(script: Iterable[Asked], send: Send, namespace: str) -> dict[str, Answered]:
    """Send a script into an empty namespace; the answers by the requests' titles."""
    variables: dict[str, str] = places(namespace)
    answers = {}
    for asked in script:
        answer = answers[asked.title] = send(asked.filled(variables))
        variables |= {name: str(_at(answer.body, path)) for name, path in asked.save.items()}
    return answers


def decode(text: str, *, lines: int = 0) -> Any:
    """A body as it can be compared."""
    try:
        return [json.loads(line) for line in text.splitlines()] if lines else json.loads(text)
    except ValueError:
        return text


def _answered(response: http.client.HTTPResponse, *, lines: int) -> Answered:
    streamed = bool(lines) and response.status == http.client.OK
    if streamed:
        text = b"".join(_lines(response, lines)).decode()
    else:
        text = response.read().decode()
    return Answered(
        code=response.status,
        body=decode(text, lines=lines if streamed else 0),
        content_type=response.headers.get("Content-Type", ""),
        warnings=tuple(response.headers.get_all("Warning") or ()),
    )


def _lines(response: http.client.HTTPResponse, count: int) -> Iterable[bytes]:
    for _ in range(count):
        line = response.readline()
        if not line:
            return
        yield line


def _at(body: Any, path: str) -> Any:
    found: Any = body
    for key in path.split("."):
        found = found.get(key, "") if isinstance(found, Mapping) else ""
    return found
