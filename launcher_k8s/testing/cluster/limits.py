"""LimitRanges: what containers get that ask for nothing, and how much each may ask for.

``plugin/pkg/admission/limitranger/admission.go`` of Kubernetes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.refusals import forbidden
from launcher_k8s.testing.cluster.resource_lists import Amounts, pod_amounts, read_amounts, write_amount

_ANNOTATION: Final = "kubernetes.io/limit-ranger"
_CONTAINER_LISTS: Final = (("containers", "container"), ("initContainers", "init container"))


def furnish_pod(pod: Object, ranges: Iterable[Object]) -> Object:
    """The pod with the amounts the namespace gives to containers without their own."""
    for limit_range in ranges:
        pod = _furnished(pod, limit_range)
    return pod


def check_pod(pod: Object, ranges: Iterable[Object]) -> None:
    """Refuse a pod that asks for too much or too little.

    Raises:
        Refusal: 403; it names every amount.
    """
    for limit_range in ranges:
        problems = list(dict.fromkeys(_problems(pod["spec"], limit_range)))
        if problems:
            text = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
            raise forbidden("pods", pod["metadata"]["name"], text)


def _furnished(pod: Object, limit_range: Object) -> Object:
    requests: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    for limit in _items(limit_range, "Container"):
        limits |= limit.get("default") or {}
        requests |= limit.get("defaultRequest") or {}
    if not requests and not limits:
        return pod
    notes: list[str] = []
    spec = dict(pod["spec"])
    for field, called in _CONTAINER_LISTS:
        if spec.get(field):
            spec[field] = [_with_amounts(each, requests, limits, called, notes) for each in spec[field]]
    if not notes:
        return pod
    annotations = {
        **(pod["metadata"].get("annotations") or {}),
        _ANNOTATION: f"LimitRanger plugin set: {'; '.join(notes)}",
    }
    return {**pod, "metadata": {**pod["metadata"], "annotations": annotations}, "spec": spec}


def _with_amounts(
    container: Object, requests: Mapping[str, Any], limits: Mapping[str, Any], called: str, notes: list[str]
) -> Object:
    resources = dict(container.get("resources") or {})
    own_limits = resources.get("limits") or {}
    own_requests = dict(resources.get("requests") or {})
    for name, value in own_limits.items():
        own_requests.setdefault(name, value)  # a request that is not said is the limit that is
    for field, defaults, own, what in (
        ("requests", requests, own_requests, "request"),
        ("limits", limits, own_limits, "limit"),
    ):
        added = sorted(name for name in defaults if name not in own)
        if added:
            notes.append(f"{', '.join(added)} {what} for {called} {container['name']}")
            resources[field] = {**own, **{name: defaults[name] for name in added}}
    return {**container, "resources": resources}


def _problems(spec: Object, limit_range: Object) -> Iterator[str]:
    for limit in _items(limit_range, "Container"):
        for field, _ in _CONTAINER_LISTS:
            for container in spec.get(field) or ():
                resources = container.get("resources") or {}
                requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
                yield from _compared(limit, requests, limits, "Container")
    for limit in _items(limit_range, "Pod"):
        requests, limits = pod_amounts(spec, "requests"), pod_amounts(spec, "limits")
        yield from _compared(limit, requests, limits, "Pod")


def _compared(
    limit: Object, requests: Mapping[str, Any], limits: Mapping[str, Any], called: str
) -> Iterator[str]:
    asked, capped = read_amounts(requests), read_amounts(limits)
    for name, least in (limit.get("min") or {}).items():
        yield from _too_little(f"minimum {name} usage per {called} is {least}", least, name, asked, capped)
    for name, most in (limit.get("max") or {}).items():
        yield from _too_much(f"maximum {name} usage per {called} is {most}", most, name, asked, capped)
    for name, ratio in (limit.get("maxLimitRequestRatio") or {}).items():
        said = f"{name} max limit to request ratio per {called} is {ratio}"
        yield from _too_far_apart(said, ratio, asked.get(name), capped.get(name))


def _too_little(said: str, least: str, name: str, asked: Amounts, capped: Amounts) -> Iterator[str]:
    bound = read_amounts({name: least})[name]
    if name not in asked:
        yield f"{said}.  No request is specified"
    elif asked[name] < bound:
        yield f"{said}, but request is {_shown(asked[name], least)}"
    elif name in capped and capped[name] < bound:
        yield f"{said}, but limit is {_shown(capped[name], least)}"


def _too_much(said: str, most: str, name: str, asked: Amounts, capped: Amounts) -> Iterator[str]:
    bound = read_amounts({name: most})[name]
    if name not in capped:
        yield f"{said}.  No limit is specified"
    elif capped[name] > bound:
        yield f"{said}, but limit is {_shown(capped[name], most)}"
    elif name in asked and asked[name] > bound:
        yield f"{said}, but request is {_shown(asked[name], most)}"


def _too_far_apart(said: str, ratio: str, asked: Decimal | None, capped: Decimal | None) -> Iterator[str]:
    if not asked:
        yield f"{said}, but no request is specified or request is 0"
    elif not capped:
        yield f"{said}, but no limit is specified or limit is 0"
    elif capped / asked > read_amounts({"ratio": ratio})["ratio"]:
        yield f"{said}, but provided ratio is {capped / asked:.6f}"


def _shown(value: Decimal, like: str) -> str:
    return write_amount(value, like)


def _items(limit_range: Object, kind: str) -> list[Object]:
    return [each for each in limit_range["spec"].get("limits") or () if each.get("type") == kind]
