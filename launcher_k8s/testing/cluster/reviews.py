"""Requests that store nothing: what may I do, a token for this account, evict that pod.

``pkg/registry/authorization`` and ``pkg/registry/core/{serviceaccount,pod}/storage`` of Kubernetes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from launcher_k8s.testing.cluster.access import Attributes, Authorizer
from launcher_k8s.testing.cluster.causes import invalid as invalid_cause
from launcher_k8s.testing.cluster.kinds import SELF_RULES_REVIEW, Kind, Object
from launcher_k8s.testing.cluster.refusals import bad_request, invalid
from launcher_k8s.testing.cluster.removing import DeleteOptions
from launcher_k8s.testing.cluster.requests import Request
from launcher_k8s.testing.cluster.store import Stored
from launcher_k8s.testing.cluster.writing import stamp

_ONE_HOUR_S: Final = 3600
_SHORTEST_S: Final = 600
_AUDIENCE: Final = "https://kubernetes.default.svc"
_ONE_OF_BOTH: Final = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
_NOT_BOTH: Final = "cannot be specified in combination with resourceAttributes"
_BASIC_RULES: Final = (
    {
        "verbs": ["create"],
        "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    },
)
_OPEN: Final = ("/healthz", "/livez", "/readyz", "/version", "/version/")
_DISCOVERY: Final = ("/api", "/api/*", "/apis", "/apis/*", *_OPEN[:2], "/openapi", "/openapi/*", *_OPEN[2:])
_ALL_RULES: Final = ({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},)


def review(kind: Kind, content: Object, request: Request, authorizer: Authorizer) -> Object:
    """Answer what somebody asks about their own permissions.

    Raises:
        Refusal: 422: it is not clear about what.
    """
    status = _rules if kind is SELF_RULES_REVIEW else _access
    if kind is SELF_RULES_REVIEW and not (content.get("spec") or {}).get("namespace"):
        raise bad_request("no namespace on request")
    return {
        "kind": kind.kind,
        "apiVersion": kind.api_version,
        "metadata": {},
        "spec": {} if kind is SELF_RULES_REVIEW else content.get("spec") or {},
        "status": status(content.get("spec") or {}, request, authorizer),
    }


def eviction_options(pod: Stored, content: Object) -> DeleteOptions:
    """How an eviction deletes a pod.

    Raises:
        Refusal: 400: it is about another pod.
    """
    name = (content.get("metadata") or {}).get("name", "")
    own = pod.content["metadata"]["name"]
    if name != own:
        raise bad_request(f"name in URL does not match name in Eviction object: {own} != {name}")
    given: dict[str, Any] = content.get("deleteOptions") or {}
    preconditions = given.get("preconditions") or {}
    return DeleteOptions(
        grace_s=given.get("gracePeriodSeconds"),
        uid=preconditions.get("uid") or "",
        resource_version=preconditions.get("resourceVersion") or "",
        dry_run=bool(given.get("dryRun")),
    )


def evicted(pod: Object, *, now: datetime) -> Object:
    """The pod with why it is about to be deleted (``pkg/registry/core/pod/storage/eviction.go``)."""
    condition = {
        "type": "DisruptionTarget",
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": stamp(now),
        "reason": "EvictionByEvictionAPI",
        "message": "Eviction API: evicting",
        "observedGeneration": pod["metadata"].get("generation", 1),
    }
    status = pod.get("status") or {}
    others = [each for each in status.get("conditions") or () if each["type"] != condition["type"]]
    return {**pod, "status": {**status, "conditions": [*others, condition]}}


def token_request(account: Stored, content: Object, *, now: datetime, draw: Callable[[int], bytes]) -> Object:
    """A token for a service account: unsigned, but with the claims of a real one.

    Raises:
        Refusal: 422: it would live too short.
    """
    metadata = account.content["metadata"]
    spec = dict(content.get("spec") or {})
    seconds = spec.get("expirationSeconds", _ONE_HOUR_S)
    if seconds < _SHORTEST_S:
        detail = "may not specify a duration less than 10 minutes"
        cause = invalid_cause("spec.expirationSeconds", seconds, detail)
        raise invalid("TokenRequest", "", [cause], group="authentication.k8s.io")
    expires = now + timedelta(seconds=seconds)
    spec = {"audiences": [_AUDIENCE], "expirationSeconds": seconds, "boundObjectRef": None} | spec
    kept = {key: metadata[key] for key in ("name", "namespace", "uid", "creationTimestamp")}
    token = _token(metadata, spec["audiences"], now=now, expires=expires, draw=draw)
    return {
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": kept,
        "spec": spec,
        "status": {"token": token, "expirationTimestamp": stamp(expires)},
    }


def _access(spec: Object, request: Request, authorizer: Authorizer) -> Object:
    wanted, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if (wanted is None) == (path is None):
        cause = invalid_cause("spec.resourceAttributes", wanted, _ONE_OF_BOTH)
        if wanted is not None:
            cause = invalid_cause("spec.nonResourceAttributes", path, _NOT_BOTH)
        raise invalid("", "", [cause], group="authorization.k8s.io")
    if wanted is None:
        return {"allowed": True}
    verdict = authorizer.judge(
        Attributes(
            user=request.user,
            groups=request.groups,
            verb=wanted.get("verb", ""),
            group=wanted.get("group", ""),
            resource=wanted.get("resource", ""),
            subresource=wanted.get("subresource", ""),
            namespace=wanted.get("namespace", ""),
            name=wanted.get("name", ""),
        )
    )
    return {"allowed": verdict.allowed} | ({"reason": verdict.reason} if verdict.reason else {})


def _rules(spec: Object, request: Request, authorizer: Authorizer) -> Object:
    rules: list[Object] = list(_BASIC_RULES)
    paths: list[Object] = [{"verbs": ["get"], "nonResourceURLs": list(each)} for each in (_OPEN, _DISCOVERY)]
    if authorizer.knows_only_roles(request.groups):
        namespace = spec.get("namespace", "")
        rules += [rule for _, rule in authorizer.rules_of(request.user, request.groups, namespace)]
    else:
        rules += _ALL_RULES
        paths.append({"verbs": ["*"], "nonResourceURLs": ["*"]})
    return {"resourceRules": rules, "nonResourceRules": paths, "incomplete": False}


def _token(
    metadata: Object,
    audiences: list[str],
    *,
    now: datetime,
    expires: datetime,
    draw: Callable[[int], bytes],
) -> str:
    namespace, name = metadata["namespace"], metadata["name"]
    claims = {
        "aud": audiences,
        "exp": int(expires.timestamp()),
        "iat": int(now.timestamp()),
        "iss": _AUDIENCE,
        "jti": draw(16).hex(),
        "kubernetes.io": {
            "namespace": namespace,
            "serviceaccount": {"name": name, "uid": metadata["uid"]},
        },
        "nbf": int(now.timestamp()),
        "sub": f"system:serviceaccount:{namespace}:{name}",
    }
    parts = (msgspec.json.encode({"alg": "none"}), msgspec.json.encode(claims), draw(32))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
