"""What the scheduler says of a pod that no node takes, read as obstacles and put into words.

The message is made by ``FitError.Error`` of Kubernetes' scheduler (``pkg/scheduler/framework/types.go``): how
many nodes there are, then for each reason how many nodes have it, then whether preemption would help. What
its plugins say has stood unchanged since Kubernetes 1.25, but for taints; what is not known here is told in
the scheduler's own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import attrs

from launcher_k8s.cause import Cause
from launcher_k8s.rows.asked import AskedRow
from launcher_k8s.shape.names import AMD_GPU, CPU, MEMORY, NVIDIA_GPU

_NODES: Final = re.compile(r"\d{1,9}/(\d{1,9}) nodes are available: ?")
_AFTERTHOUGHT: Final = re.compile(r"[.,]? *(no new claims to deallocate, *)?preemption: .*", re.DOTALL)
_BETWEEN: Final = re.compile(r", (?=\d+ )")
_COUNTED: Final = re.compile(r"(\d{1,9}) (.*)", re.DOTALL)

_NAMES: Final[Mapping[str, str]] = {
    CPU: "free CPU",
    MEMORY: "free memory",
    NVIDIA_GPU: "free NVIDIA GPUs",
    AMD_GPU: "free AMD GPUs",
    "ephemeral-storage": "free ephemeral storage",
}
_WAIT: Final = "wait until other jobs have ended, or ask an administrator for more nodes"


@attrs.frozen
class Obstacle:
    """One reason why nodes do not take a pod.

    Args:
        text: The scheduler's words.
        nodes: How many nodes have it; None where it is not about a node.
    """

    text: str
    nodes: int | None = None


@attrs.frozen
class Refused:
    """What the scheduler says.

    Args:
        nodes: How many nodes it has looked at; None where it does not say.
        obstacles: Why none of them will do.
    """

    nodes: int | None
    obstacles: tuple[Obstacle, ...]


@attrs.frozen
class _Kind:
    """A kind of obstacle; a name in braces in the texts is a group, or what the job asks for."""

    pattern: re.Pattern[str]
    words: str
    resolution: str
    cause: Cause = Cause.UNSCHEDULABLE


def _kind(pattern: str, words: str, resolution: str, cause: Cause = Cause.UNSCHEDULABLE) -> _Kind:
    return _Kind(re.compile(pattern), words, resolution, cause)


_KINDS: Final = (
    _kind(
        r"Insufficient (?P<resource>\S+)",
        "too little {scarce}",
        "ask for less {resource}, or " + _WAIT,
    ),
    _kind(r"Too many pods", "no room for another pod", _WAIT),
    _kind(
        r"node\(s\) didn't match Pod's node affinity/selector",
        "{labels} missing",
        "choose another placement constraint, or have an administrator label a node so",
    ),
    _kind(
        r"node\(s\) didn't match the requested node name",
        "another node than the one that the job asks for",
        "leave the host out, or name one that there is",
    ),
    _kind(
        r"node\(s\) had untolerated taint\(?s?\)? ?\{(?P<taint>[^}:]*)[^}]*\}",
        "a taint that the job does not tolerate ({taint})",
        "ask an administrator for a toleration, in a template or by an override, or for a node without the "
        "taint",
    ),
    _kind(
        r"node\(s\) had (?:untolerated taint|taints that the pod didn't tolerate)",
        "a taint that the job does not tolerate",
        "ask an administrator for a toleration, in a template or by an override, or for a node without the "
        "taint",
    ),
    _kind(r"node\(s\) were unschedulable", "closed to new pods", "ask an administrator to uncordon a node"),
    _kind(
        r"node\(s\) didn't have free ports",
        "the port that the job publishes is taken",
        "publish another port, or wait until the job that has it has ended",
    ),
    _kind(
        r"node\(s\) didn't (?:match|satisfy) (?:pod|existing pods) (?:anti-)?affinity rules|topology spread",
        "against the rules that place pods beside each other or apart",
        "wait until other jobs have ended, or change the affinity in the template or override",
    ),
    _kind(
        r'persistentvolumeclaim "(?P<claim>[^"]+)" not found',
        "there is no persistent volume claim {claim}",
        "make the claim in the job's namespace, or mount another",
        Cause.VOLUME,
    ),
    _kind(
        r"unbound immediate PersistentVolumeClaims",
        "a persistent volume claim has no volume yet",
        "look at the claim (`kubectl describe pvc`): its storage class, size or provisioner keeps it waiting",
        Cause.VOLUME,
    ),
    _kind(
        r"volume|PersistentVolume|free storage",
        "a volume of the job cannot be used there",
        "look at the claim and its zone, or mount another volume",
        Cause.VOLUME,
    ),
)


def parse_refusal(message: str) -> Refused:
    """Read what the scheduler says of a pod; never raises."""
    whole = _NODES.match(message)
    words = _AFTERTHOUGHT.sub("", message[whole.end() :] if whole else message)
    parts = (part.strip() for part in _BETWEEN.split(words.strip().removesuffix(".")))
    return Refused(int(whole[1]) if whole else None, tuple(map(_obstacle, filter(None, parts))))


def _obstacle(text: str) -> Obstacle:
    counted = _COUNTED.fullmatch(text)
    return Obstacle(counted[2], int(counted[1])) if counted else Obstacle(text)


def explain_refusal(message: str, asked: AskedRow) -> tuple[Cause, str, str]:
    """Cause, summary and resolution, naming what the job asks for.

    Args:
        message: The scheduler's, of a condition or an Event.
        asked: What the job's pod asks for.
    """
    refused = parse_refusal(message)
    if refused.nodes == 0 or message.startswith("no nodes available"):
        return Cause.UNSCHEDULABLE, "The cluster has no node.", "ask an administrator to add one"
    explained = [_explain(obstacle, asked) for obstacle in refused.obstacles]
    if not explained:
        return Cause.UNSCHEDULABLE, "No node can take the job.", _WAIT
    told = ", ".join(
        words if len(explained) == 1 or each.nodes is None else f"{words} on {each.nodes}"
        for each, (_, words, _) in zip(refused.obstacles, explained, strict=True)
    )
    causes = {cause for cause, _, _ in explained}
    return (
        causes.pop() if len(causes) == 1 else Cause.UNSCHEDULABLE,
        f"{_who(refused.nodes)} the job: {told}.",
        "; or ".join(dict.fromkeys(resolution for _, _, resolution in explained)),
    )


def _who(nodes: int | None) -> str:
    if nodes is None:
        return "No node can take"
    return "The only node cannot take" if nodes == 1 else f"None of the {nodes} nodes can take"


def _explain(obstacle: Obstacle, asked: AskedRow) -> tuple[Cause, str, str]:
    for kind in _KINDS:
        if found := kind.pattern.search(obstacle.text):
            known = found.groupdict() | _wishes(found, asked)
            return kind.cause, kind.words.format_map(known), kind.resolution.format_map(known)
    return Cause.UNSCHEDULABLE, obstacle.text, _WAIT


def _wishes(found: re.Match[str], asked: AskedRow) -> dict[str, str]:
    resource = found.groupdict().get("resource", "")
    amount = asked.requests.get(resource)
    labels = ", ".join(f"{key}={value}" for key, value in asked.node_selector.items())
    return {
        "scarce": _NAMES.get(resource, resource) + (f" (the job asks for {amount})" if amount else ""),
        "labels": f"the label that the job asks for ({labels}) is"
        if labels
        else "what its affinity asks for is",
    }
