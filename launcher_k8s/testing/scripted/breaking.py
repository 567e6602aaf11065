"""The errors of connections that a fault breaks: those that the client over HTTP makes of the same.

Its HTTP library is loaded when a fault needs it: who tests without needs none.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.errors import ClusterError
from launcher_k8s.kube.problems import Attempt

URL: Final = "scripted://cluster"


def disconnected(attempt: Attempt) -> ClusterError:
    """The connection was closed before there was an answer."""
    import aiohttp

    return _error(attempt, aiohttp.ServerDisconnectedError())


def torn(attempt: Attempt) -> ClusterError:
    """The connection was closed in the middle of the answer."""
    import aiohttp

    return _error(attempt, aiohttp.ClientPayloadError("Response payload is not completed"))


def timed_out(attempt: Attempt) -> ClusterError:
    """Nothing was heard for too long."""
    return _error(attempt, TimeoutError())


def _error(attempt: Attempt, error: Exception) -> ClusterError:
    from launcher_k8s.kube.broken import error_from_exception

    return error_from_exception(attempt, URL, error)
