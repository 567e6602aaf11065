"""What an API server says of an object that it would not accept, as findings like those of the schemas.

A strict server names unknown fields by their path, and all that its validation refuses as causes with a
field each. A wrong type it tells by the Go struct in whose decoding it failed, without the indexes of lists.
Anything else (a quota, an admission rule, a missing permission) is about the object as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from launcher_k8s.errors import ClusterError
from launcher_k8s.finding import Finding
from launcher_k8s.plan import JobPlan
from launcher_k8s.schemas.check import attributed
from launcher_k8s.schemas.violations import UNKNOWN_FIELD, WRONG_TYPE
from launcher_k8s.shape.fact import Path
from launcher_k8s.shape.names import JOB_KIND

REFUSED: Final = "refused"
REFUSED_VALUE: Final = "refused-value"

_UNKNOWN = re.compile(r'unknown field "([^"]+)"')
_UNMARSHAL = re.compile(r"cannot unmarshal (\w+)(?: \S+)? into Go struct field \w+\.(\S+) of type (\S+)")
_TOKEN = re.compile(r"\[([^\]]*)\]|([^.\[]+)")
_JSON_TYPES: Final = {
    "string": "a string",
    "number": "a number",
    "bool": "a boolean",
    "array": "a list",
    "object": "an object",
}
_GO_TYPES: Final = {"string": "a string", "bool": "a boolean"}


def findings_of_answers(refusals: Mapping[str, ClusterError], plan: JobPlan) -> tuple[Finding, ...]:
    """What an API server found in a plan's objects, with the override that set what it names.

    Args:
        refusals: Why it would not accept an object, by the object's kind.
        plan: The plan of the objects.
    """
    found = [finding for kind, error in refusals.items() for finding in _findings_of(error, kind)]
    overrides = plan.profile.job_json_overrides.value
    in_job = [finding for finding in found if finding.kind == JOB_KIND]
    told = attributed(in_job, plan.manifest, overrides, plan.patch)
    return (*(finding for finding, _ in told), *(each for each in found if each.kind != JOB_KIND))


def _findings_of(error: ClusterError, kind: str) -> Iterator[Finding]:
    if error.causes:
        for field, said in error.causes:
            yield Finding(REFUSED_VALUE, _place(field), f"is refused: {said}", kind=kind)
    elif fields := _UNKNOWN.findall(error.message):
        for field in dict.fromkeys(fields):
            message = "is no field that the API server knows"
            yield Finding(UNKNOWN_FIELD, _place(field), message, "check its spelling and place", kind=kind)
    elif match := _UNMARSHAL.search(error.message):
        found, field, wanted = match.groups()
        message = f"is {_JSON_TYPES.get(found, found)}; the API server wants {_words(wanted)}"
        yield Finding(WRONG_TYPE, _place(field), message, kind=kind)
    else:
        yield Finding(REFUSED, (), f"would not be accepted: {error.message}", error.hint, kind=kind)


def _place(field: str) -> Path:
    """A field's path as the server writes it: ``spec.template.spec.containers[0].image``."""
    tokens = (index or name for index, name in _TOKEN.findall(field))
    return tuple(int(token) if token.isdecimal() else token for token in tokens)


def _words(go_type: str) -> str:
    if go_type.startswith("[]"):
        return "a list"
    if go_type.startswith(("int", "uint")) and go_type.lstrip("uint").isdecimal():
        return "an integer"
    return _GO_TYPES.get(go_type, "an object")
