"""How a session with a container ended, as the Status that its last message holds.

Source: ``k8s.io/kubelet/pkg/cri/streaming/remotecommand``.
"""

from __future__ import annotations

from typing import Final

from launcher_k8s.testing.cluster.kinds import Object

SUCCESS: Final[Object] = {"metadata": {}, "status": "Success"}


def exit_outcome(code: int) -> Object:
    """How a command ended, as a Status."""
    if code == 0:
        return SUCCESS
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: command terminated with exit code {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }


def start_outcome(message: str) -> Object:
    """Why a command could not be started, as a Status."""
    failed = f"error executing command in container: failed to exec in container: {message}"
    inner = f"Internal error occurred: {failed}"
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"Internal error occurred: {inner}",
        "reason": "InternalError",
        "details": {"causes": [{"message": inner}]},
        "code": 500,
    }
