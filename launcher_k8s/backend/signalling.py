"""Sending signals to a job's processes, by a command in its container, or by a deadline of its pod.

Where no command can be executed, or the job is the first process of its namespace, signals cannot be sent.
Then the kubelet ends the pod in order when it is given a deadline of a second: the pod and its log stay
(kubernetes facts, "The API").
"""

from __future__ import annotations

from typing import Final

import msgspec

from launcher_k8s.clock import Clock
from launcher_k8s.connection import PODS, Cluster, ConnectOptions
from launcher_k8s.errors import ClusterError, ClusterTimeoutError, CommandError
from launcher_k8s.kube.deadline import DeadlineError, deadline
from launcher_k8s.shape.names import MAIN_CONTAINER
from launcher_k8s.signals import Answer, Signal, command_for, read_answer

SIGNAL_S: Final = 20.0
_MOST_BYTES: Final = 1024
_ENDS: Final = (Signal.TERM, Signal.KILL)
_DEADLINE: Final = msgspec.json.encode({"spec": {"activeDeadlineSeconds": 1}})


class Signaller:
    """Sends signals.

    Args:
        cluster: Where the pods are.
        namespace: Their namespace.
        clock: On whose time a command may take no longer than :data:`SIGNAL_S`.
    """

    def __init__(self, cluster: Cluster, namespace: str, clock: Clock) -> None:
        self._cluster = cluster
        self._pods = PODS.within(namespace)
        self._clock = clock

    async def send(self, pod_name: str, signal: Signal) -> Answer | None:
        """Send a signal; the answer tells whether it could be sent, None where no command can be executed.

        Raises:
            ClusterError: The container could not be reached, or has ended.
        """
        options = ConnectOptions(MAIN_CONTAINER, command_for(signal), stderr=False)
        said = b""
        try:
            async with (
                deadline(self._clock, SIGNAL_S),
                self._cluster.connect(self._pods.named(pod_name, "exec"), options) as session,
            ):
                async for _, data in session:
                    said = (said + data)[:_MOST_BYTES]
                await session.outcome()
        except CommandError:
            return None
        except DeadlineError:
            raise ClusterTimeoutError(
                f"cannot signal pod {pod_name}: no answer for {SIGNAL_S:g} s", transient=True
            ) from None
        except ClusterError:
            # A container whose program is gone takes the command's connection with it.
            if signal in _ENDS and read_answer(said) is Answer.SENT:
                return Answer.SENT
            raise
        return read_answer(said)

    async def set_deadline(self, pod_name: str) -> None:
        """Let the kubelet end a pod in a second.

        Raises:
            ClusterError: The API server refused or could not be reached.
        """
        await self._cluster.patch(self._pods.named(pod_name), _DEADLINE)
