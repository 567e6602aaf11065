"""A few plain requests to the API server, for the harness's own use.

Not kubectl, which costs a tenth of a second a call, and not the library under test, which must not be what
tells whether its cluster stands.
"""

from __future__ import annotations

import http.client
import json
import ssl
import traceback
from typing import Any
from urllib.parse import urlsplit

from tests.cluster.waiting import ClusterError


class ApiError(ClusterError):
    """The API server answered with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"HTTP {status}: {message}")
        self.status = status


class Api:
    """One user at one API server; a connection per request."""

    def __init__(self, url: str, token: str, ca_pem: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._prefix = parts.path.rstrip("/")
        self._token = token
        self._tls = ssl.create_default_context(cadata=ca_pem) if ca_pem else ssl.create_default_context()

    def request(self, method: str, path: str, body: Any = None, *, timeout_s: float = 30) -> Any:
        """Send `body` (a PATCH as a merge patch) and return the decoded answer, text where it is not JSON.

        Raises:
            ApiError: a status of 400 or more.
            OSError: no connection.
        """
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
            "Content-Type": kind,
        }
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=timeout_s, context=self._tls)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, self._prefix + path, sent, headers)
            response = connection.getresponse()
            text = response.read().decode()
        except http.client.HTTPException as error:
            raise OSError(f"{method} {path}: {error!r}") from error
        except OSError as error:
            _close_left(error)
            raise
        finally:
            connection.close()
        if response.status >= 400:
            raise ApiError(response.status, text[:500])
        return json.loads(text) if "json" in (response.getheader("Content-Type") or "") else text

    def ready(self) -> bool:
        return bool(self.request("GET", "/readyz", timeout_s=5) == "ok")

    def exists(self, path: str) -> bool:
        try:
            self.request("GET", path)
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True


def _close_left(error: OSError) -> None:
    """Close the socket that ``ssl`` leaves to the collector if its peer goes before the handshake begins."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        left = frame.f_locals.get("self")
        if isinstance(left, ssl.SSLSocket):
            left.close()
