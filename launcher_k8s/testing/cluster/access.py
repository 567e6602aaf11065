"""Who may do what: everybody everything, unless a test denies it or asks for the stored roles.

Roles are read as ``k8s.io/kubernetes/pkg/registry/rbac/validation/rule.go`` reads them; the refusal's text
is that of ``k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs

from launcher_k8s.testing.cluster import refusals
from launcher_k8s.testing.cluster.causes import quoted
from launcher_k8s.testing.cluster.kinds import (
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
    ROLE,
    ROLE_BINDING,
    Kind,
    Object,
)
from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.cluster.requests import Request
from launcher_k8s.testing.cluster.store import Store, key_at

MASTERS: Final = "system:masters"
UNAUTHENTICATED: Final = "system:unauthenticated"
_REVIEWS: Final = ("selfsubjectaccessreviews", "selfsubjectrulesreviews")
_ANY: Final = "*"


@attrs.frozen
class Attributes:
    """What somebody wants to do.

    Args:
        user: Who.
        groups: Of which groups they are.
        verb: What: the API's verb.
        group: The API group, empty for the core.
        resource: The plural.
        subresource: A part of it.
        namespace: Where, empty for everywhere.
        name: With which object.
    """

    user: str
    verb: str
    resource: str
    groups: tuple[str, ...] = ()
    group: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @classmethod
    def of(cls, request: Request) -> Attributes:
        """What a request wants."""
        resource = request.resource
        return cls(
            user=request.user,
            groups=request.groups,
            verb=request.verb,
            group=resource.group,
            resource=resource.plural,
            subresource=resource.subresource,
            namespace=resource.namespace,
            name=resource.name,
        )

    @property
    def full_resource(self) -> str:
        """Resource and subresource as rules name them."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


@attrs.frozen
class Denial:
    """What is forbidden by a test; ``*`` stands for anything."""

    verb: str = _ANY
    resource: str = _ANY
    group: str = _ANY
    namespace: str = _ANY
    name: str = _ANY
    user: str = _ANY

    def covers(self, attributes: Attributes) -> bool:
        """Whether it forbids this."""
        pairs = (
            (self.verb, attributes.verb),
            (self.resource, attributes.full_resource),
            (self.group, attributes.group),
            (self.namespace, attributes.namespace),
            (self.name, attributes.name),
            (self.user, attributes.user),
        )
        return all(denied in (_ANY, asked) for denied, asked in pairs)


@attrs.frozen
class Verdict:
    """Whether something is allowed, and why if that is known."""

    allowed: bool
    reason: str = ""


class Authorizer:
    """Decides about every request.

    Args:
        store: Where the roles are.
        rbac: Whether the stored roles count; otherwise all is allowed that is not denied, to all who say
            who they are.
    """

    def __init__(self, store: Store, *, rbac: bool = False) -> None:
        self.rbac = rbac
        self._store = store
        self._denials: list[Denial] = []

    def deny(self, denial: Denial) -> None:
        """Forbid something, for administrators too, until :meth:`allow`."""
        self._denials.append(denial)

    def allow(self, denial: Denial) -> None:
        """Take a denial back."""
        self._denials.remove(denial)

    def check(self, attributes: Attributes) -> None:
        """Refuse what is not allowed.

        Raises:
            Refusal: 403.
        """
        if not self.judge(attributes).allowed:
            raise _forbidden(attributes)

    def allows_all(self, groups: Sequence[str]) -> bool:
        """Whether nothing at all is refused to members of these groups, so that none need ask."""
        return not self._denials and not self.knows_only_roles(groups)

    def judge(self, attributes: Attributes) -> Verdict:
        """Whether something is allowed."""
        if any(denial.covers(attributes) for denial in self._denials):
            return Verdict(allowed=False)
        if not self.knows_only_roles(attributes.groups) or _is_own_review(attributes):
            return Verdict(allowed=True)
        for reason, rule in self.rules_of(attributes.user, attributes.groups, attributes.namespace):
            if _covers(rule, attributes):
                return Verdict(allowed=True, reason=reason)
        return Verdict(allowed=False)

    def knows_only_roles(self, groups: Sequence[str]) -> bool:
        """Whether nothing but stored roles allows something to members of these groups."""
        return UNAUTHENTICATED in groups or (self.rbac and MASTERS not in groups)

    def rules_of(
        self, user: str, groups: Sequence[str], namespace: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The rules bound to somebody in a namespace, each with the reason it counts."""
        yield from self._bound(CLUSTER_ROLE_BINDING, "", user, groups)
        if namespace:
            yield from self._bound(ROLE_BINDING, namespace, user, groups)

    def _bound(
        self, kind: Kind, namespace: str, user: str, groups: Sequence[str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        for stored in self._store.table(kind).walk(f"{namespace}/" if namespace else ""):
            binding = stored.content
            subject = next((each for each in binding.get("subjects") or () if _is(each, user, groups)), None)
            if subject is None:
                continue
            reference = binding["roleRef"]
            metadata = binding["metadata"]
            named = f"{metadata['name']}/{namespace}" if namespace else metadata["name"]
            reason = (
                f"RBAC: allowed by {kind.kind} {quoted(named)} of {reference['kind']} "
                f"{quoted(reference['name'])} to {_subject_text(subject)}"
            )
            for rule in self._rules(reference, namespace):
                yield reason, rule

    def _rules(self, reference: Object, namespace: str) -> Sequence[dict[str, Any]]:
        namespaced = reference["kind"] == ROLE.kind
        key = key_at(namespace if namespaced else "", reference["name"])
        role = self._store.get(ROLE if namespaced else CLUSTER_ROLE, key)
        return () if role is None else role.content.get("rules") or ()


def _is(subject: Object, user: str, groups: Sequence[str]) -> bool:
    match subject.get("kind"):
        case "User":
            return bool(subject["name"] == user)
        case "Group":
            return subject["name"] in groups
        case "ServiceAccount":
            return user == f"system:serviceaccount:{subject.get('namespace', '')}:{subject['name']}"
        case _:
            return False


def _subject_text(subject: Object) -> str:
    name = subject["name"]
    if subject.get("namespace"):
        name = f"{name}/{subject['namespace']}"
    return f"{subject['kind']} {quoted(name)}"


def _covers(rule: dict[str, Any], attributes: Attributes) -> bool:
    resources = rule.get("resources") or ()
    by_part = f"{_ANY}/{attributes.subresource}" if attributes.subresource else _ANY
    names = rule.get("resourceNames") or ()
    return (
        _has(rule.get("verbs"), attributes.verb)
        and _has(rule.get("apiGroups"), attributes.group)
        and (_has(resources, attributes.full_resource) or by_part in resources)
        and (not names or attributes.name in names)
    )


def _has(listed: Sequence[str] | None, value: str) -> bool:
    return listed is not None and (_ANY in listed or value in listed)


def _is_own_review(attributes: Attributes) -> bool:
    """What everybody may who is known: ``system:basic-user``."""
    known = UNAUTHENTICATED not in attributes.groups
    return known and attributes.verb == "create" and attributes.resource in _REVIEWS


def _forbidden(attributes: Attributes) -> Refusal:
    where = (
        f"in the namespace {quoted(attributes.namespace)}" if attributes.namespace else "at the cluster scope"
    )
    problem = (
        f"User {quoted(attributes.user)} cannot {attributes.verb} resource "
        f"{quoted(attributes.full_resource)} in API group {quoted(attributes.group)} {where}"
    )
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        problem = problem.replace(sign, entity)
    return refusals.forbidden(attributes.resource, attributes.name, problem, group=attributes.group)
