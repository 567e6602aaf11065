"""From what the cluster says of a job to a diagnosis.

The status message comes first: it is what the state machine found most telling, and it is recorded on the
Job, so that a fresh process diagnoses an ended job as the one that saw its end. Events tell more where no
message does, or only a vague one. The node counts where its silence explains what is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

import attrs

from launcher_k8s.cause import Cause, Diagnosis, Evidence
from launcher_k8s.diagnosis.ending import END_RULES, START_RULES
from launcher_k8s.diagnosis.images import IMAGE_RULES
from launcher_k8s.diagnosis.rules import Rule
from launcher_k8s.diagnosis.scheduling import explain_refusal
from launcher_k8s.diagnosis.troubles import Trouble, in_order, present_trouble, present_warnings
from launcher_k8s.diagnosis.waiting import NODE_RULES, POD_RULES
from launcher_k8s.rows import EventRow, JobRow, NodeRow, PodRow
from launcher_k8s.rows.asked import AskedRow
from launcher_k8s.rows.times import time_or_none
from launcher_k8s.rows.values import NodeCondition
from launcher_k8s.status import JobState, JobStatus

RULES: Final[tuple[Rule, ...]] = (*POD_RULES, *IMAGE_RULES, *NODE_RULES, *START_RULES, *END_RULES)

_UNSCHEDULABLE: Final = re.compile(r"^(?:Unschedulable|FailedScheduling): (.*)", re.DOTALL)
_NOTHING_KNOWN: Final = AskedRow()
_LONGEST_WORDS: Final = 4096
"""No rule needs more; patterns may go through it more than once."""

_NOT_UNDERSTOOD: Final = "show the detail to an administrator"
_EXIT_CODES: Final = {
    126: "the shell found the command, but may not execute it",
    127: "the shell did not find a command",
    134: "it was ended by SIGABRT, which programs send themselves when they give up",
    137: "it was ended by SIGKILL, which nothing survives",
    139: "it was ended by SIGSEGV, a fault in the program or a library",
    143: "it was ended by SIGTERM, which asks programs to end",
}
_COMMAND_CAUSES: Final = {126: Cause.NOT_EXECUTABLE, 127: Cause.COMMAND_NOT_FOUND}
_COMMAND_ADVICE: Final = (
    "look at its output for the name; correct the command, or choose an image that has it"
)


@attrs.frozen(kw_only=True)
class Scene:
    """Everything that the cluster says of a job.

    Args:
        status: Its status.
        job: Its Job; None once that is removed.
        pod: Its newest Pod, also one that is gone; None where none is known.
        asked: What its pod asks for.
        events: The Events of its Pod, or of its Job while it has no Pod.
        node: Its Pod's node; None where there is none or nodes may not be read.
        output: How its output begins, where that may say why its program did not run.
    """

    status: JobStatus
    job: JobRow | None = None
    pod: PodRow | None = None
    asked: AskedRow = _NOTHING_KNOWN
    events: Sequence[EventRow] = ()
    node: NodeRow | None = None
    output: str = ""


@attrs.frozen
class _Found:
    cause: Cause
    summary: str
    resolution: str = ""
    detail: str = ""
    is_vague: bool = False


def diagnose(scene: Scene) -> Diagnosis:
    """Why a job waits, how it goes on, or how it ended; never raises, whatever the cluster says."""
    status = scene.status
    found = _with_input(_found(scene), scene)
    return Diagnosis(
        status.id,
        status.state,
        found.cause,
        found.summary,
        found.detail or status.status_message,
        found.resolution,
        _since(scene, found.cause),
        tuple(_evidence(scene)),
    )


def _found(scene: Scene) -> _Found:
    match scene.status.state:
        case JobState.PENDING:
            return _of_waiting(scene)
        case JobState.RUNNING | JobState.SUSPENDED:
            return _of_running(scene)
        case JobState.FINISHED:
            return _of_finished(scene)
        case JobState.CANCELED:
            return _Found(Cause.CANCELED, _asked_for(scene, "canceled"))
        case JobState.KILLED:
            return _of_words(scene) or _Found(Cause.KILLED, _asked_for(scene, "killed"))
        case JobState.FAILED:
            unknown = "The job failed in a way that is not known here."
            return _of_words(scene) or _Found(Cause.UNKNOWN, unknown, _NOT_UNDERSTOOD)


def explain(words: str, asked: AskedRow) -> _Found | None:
    """What some words of the cluster mean (``reason: message``); None where no rule knows them."""
    begin = words[:_LONGEST_WORDS]
    if refused := _UNSCHEDULABLE.match(begin):
        cause, summary, resolution = explain_refusal(refused[1], asked)
        return _Found(cause, summary, resolution, words)
    for rule in RULES:
        if found := rule.pattern.search(begin):
            known = {name: text or "" for name, text in found.groupdict().items()}
            summary = rule.summary.format_map(known)
            return _Found(rule.cause, summary, rule.resolution, words, rule.is_vague)
    return None


def _of_words(scene: Scene) -> _Found | None:
    """The first words that tell what is wrong, else the first that are only understood."""
    said = (scene.status.status_message, *map(str, _troubles(scene)))
    found = [each for words in said if words and (each := explain(words, scene.asked))]
    return next((each for each in found if not each.is_vague), next(iter(found), None))


def _troubles(scene: Scene) -> Iterator[Trouble]:
    if not scene.events:
        return
    told = present_trouble(scene.events, job_id=scene.status.id)
    if told is not None:
        yield told
        yield from present_warnings(scene.events, job_id=scene.status.id)


# --- waiting


def _of_waiting(scene: Scene) -> _Found:
    if found := _of_words(scene):
        return found
    if broken := _not_ready(scene):
        return _of_silent_node(scene, broken)
    if words := scene.status.status_message or next(map(str, _troubles(scene)), ""):
        return _Found(
            Cause.UNKNOWN, "The job waits for a reason that is not known here.", _NOT_UNDERSTOOD, words
        )
    return _on_its_way(scene)


def _on_its_way(scene: Scene) -> _Found:
    pod = scene.pod
    if pod is None or pod.gone:
        return _Found(Cause.WAITING, "Kubernetes has not made the job's pod yet.")
    if not pod.node:
        return _Found(Cause.WAITING, "The job's pod waits for the scheduler to put it on a node.")
    if _is_pulling(scene):
        return _Found(Cause.PULLING, f"The image {scene.asked.image} is being pulled to node {pod.node}.")
    return _Found(Cause.WAITING, f"The job's pod is being prepared on node {pod.node}.")


def _is_pulling(scene: Scene) -> bool:
    latest = next(iter(reversed(in_order(scene.events))), None)
    return latest is not None and latest.reason == "Pulling"


# --- running


def _of_running(scene: Scene) -> _Found:
    if broken := _not_ready(scene):
        return _of_silent_node(scene, broken)
    if scene.status.status_message and (found := explain(scene.status.status_message, scene.asked)):
        return found
    if scene.status.state is JobState.SUSPENDED:
        return _Found(Cause.SUSPENDED, "The job is suspended: its processes stand still.", "resume it")
    where = f" on node {scene.pod.node}" if scene.pod and scene.pod.node else ""
    if scene.asked.stdin and not _has_input(scene.job):
        return _of_missing_input(scene.job, where)
    return _Found(Cause.RUNNING, f"The job runs{where}.")


def _has_input(job: JobRow | None) -> bool:
    return job is not None and job.delivery is not None and job.delivery.done


def _with_input(found: _Found, scene: Scene) -> _Found:
    """What was found, and whether the job's input may be at fault: nothing else shows that it was cut."""
    delivery = scene.job.delivery if scene.job else None
    if delivery is None or not (delivery.cut or (scene.status.state.is_final and not delivery.done)):
        return found
    summary = f"{found.summary} Its standard input may not have come whole."
    advice = "see whether it has read all of its input, and submit it again if not"
    resolution = f"{found.resolution}; {advice}" if found.resolution else advice
    return attrs.evolve(found, summary=summary, resolution=resolution)


def _of_missing_input(job: JobRow | None, where: str) -> _Found:
    if job is not None and job.has_stdin:
        return _Found(
            Cause.STDIN_WAITING,
            f"The job runs{where}, and its input has not all been sent yet.",
            "a Launcher of this cluster sends it from the copy on the Job: see that one runs",
        )
    return _Found(
        Cause.STDIN_WAITING,
        f"The job runs{where}, and may wait for its input: the cluster has no copy of it.",
        "only the program that submitted it can send it; submit it again if that has ended",
    )


def _not_ready(scene: Scene) -> NodeCondition | None:
    for condition in scene.node.conditions if scene.node else ():
        if condition.type == "Ready" and condition.status != "True":
            return condition
    return None


def _of_silent_node(scene: Scene, condition: NodeCondition) -> _Found:
    name = scene.node.name if scene.node else ""
    how = "does not answer" if condition.status == "Unknown" else "is not ready"
    return _Found(
        Cause.NODE_LOST,
        f"The job's node {name} {how}: what is told of the job may be out of date.",
        "wait for the node, or tell an administrator",
        ": ".join(filter(None, (condition.reason, condition.message))),
    )


# --- ended


def _of_finished(scene: Scene) -> _Found:
    status = scene.status
    if status.status_message and (found := explain(status.status_message, scene.asked)):
        return found
    if scene.output and (found := explain(scene.output, scene.asked)) and not found.is_vague:
        return found
    code = status.exit_code or 0
    meaning = f": {_EXIT_CODES[code]}" if code in _EXIT_CODES else ""
    return _Found(
        _COMMAND_CAUSES.get(code, Cause.FINISHED),
        f"The job ran to its end with exit code {code}{meaning}.",
        _COMMAND_ADVICE if code in _COMMAND_CAUSES else "",
    )


def _asked_for(scene: Scene, what: str) -> str:
    message = scene.status.status_message
    return f"The job was {message if message.startswith(what) else what}."


# --- since when, and who says so


def _since(scene: Scene, cause: Cause) -> datetime | None:
    status = scene.status
    if status.state.is_final:
        return status.end_time or status.last_update_time
    if cause is Cause.NODE_LOST and (broken := _not_ready(scene)):
        return time_or_none(broken.since)
    if status.state is not JobState.PENDING:
        return status.start_time
    if _UNSCHEDULABLE.match(status.status_message) is None:
        trouble = next(_troubles(scene), None)
        if trouble is not None:
            return time_or_none(trouble.first)
    return time_or_none(scene.asked.scheduled) or status.submission_time


def _evidence(scene: Scene) -> Iterator[Evidence]:
    yield from _evidence_of_rows(scene.job, scene.pod)
    told = (Evidence(f"Event on {each.kind}", each.reason, each.message) for each in _troubles(scene))
    yield from dict.fromkeys(told)
    if scene.node is not None:
        yield from _evidence_of_node(scene.node)
    if scene.output:
        yield Evidence("output", "", scene.output)


def _evidence_of_rows(job: JobRow | None, pod: PodRow | None) -> Iterator[Evidence]:
    said: Iterable[tuple[str, str, str]] = (
        *(((pod.reason, pod.message, "Pod"), (pod.loss, pod.loss_message, "Pod")) if pod else ()),
        *(((job.reason, job.message, "Job"),) if job else ()),
    )
    for reason, message, source in said:
        if reason or message:
            yield Evidence(source, reason, message)


def _evidence_of_node(node: NodeRow) -> Iterator[Evidence]:
    """What is not as it should be: a node that is ready, and has no other condition, is."""
    for condition in node.conditions:
        if condition.status != ("True" if condition.type == "Ready" else "False"):
            reason = f"{condition.type}={condition.status}"
            yield Evidence(f"Node {node.name}", reason, condition.message)
