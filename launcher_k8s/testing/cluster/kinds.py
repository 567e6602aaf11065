"""The kinds of objects the cluster knows: one table, read by every other module here.

Names, verbs, short names and subresources are what Kubernetes 1.36 tells in its discovery documents; the
fields to select by are those of its field label conversions (``pkg/apis/*/v1/conversion.go``). A kind that
is not in the table is not served: its path leads nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from launcher_k8s.connection import Resource

Object = dict[str, Any]
"""A Kubernetes object as JSON. Once stored it has many readers: it is copied to be changed, never written."""

READ: Final = ("get", "list")
ALL: Final = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
CREATE: Final = ("create",)
STATUS: Final = ("get", "patch", "update")
STREAM: Final = ("create", "get")

METADATA_FIELDS: Final = {"metadata.name": "metadata.name", "metadata.namespace": "metadata.namespace"}
UNKNOWN_FIELD: Final = "field label not supported: {field}"
UNKNOWN_METADATA_FIELD: Final = (
    '"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'
)


@attrs.frozen
class Subresource:
    """A part of an object with a path of its own.

    Args:
        name: The path's last part.
        kind: The kind of the bodies that go in.
        verbs: What may be done.
        group: The group of that kind, where it is not the parent's.
        version: The version of that kind, where it is not the parent's.
    """

    name: str
    kind: str
    verbs: tuple[str, ...]
    group: str = ""
    version: str = ""


@attrs.frozen(eq=False)
class Kind:
    """A kind of objects and how the API serves it; each is itself and equals no other.

    Args:
        kind: The kind's name in objects.
        plural: The resource's name in paths.
        group: The API group, empty for the core.
        version: The version.
        namespaced: Whether its objects live in namespaces.
        short_names: What kubectl also calls it.
        categories: The sets of kinds it belongs to, such as ``all``.
        verbs: What may be done with it.
        subresources: Parts with paths of their own.
        fields: What can be selected by: label to path in the object.
        unknown_field: What is said of another label.
        has_generation: Whether a change of its spec counts up ``metadata.generation``.
        returns_deleted: Whether DELETE answers with the object, not with a Status.
        orphans: Whether DELETE leaves its dependents alone unless told otherwise.
        put_creates: Whether PUT makes an object that is not there.
        needs_version: Whether an update must say which version it changes.

    Attributes:
        api_version: Group and version as objects carry them.
        has_status: Whether its status is written by a path of its own.
        qualified: The resource as messages name it: ``pods``, ``jobs.batch``.
    """

    kind: str
    plural: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL
    subresources: tuple[Subresource, ...] = ()
    fields: Mapping[str, str] = METADATA_FIELDS
    unknown_field: str = UNKNOWN_METADATA_FIELD
    has_generation: bool = False
    returns_deleted: bool = False
    orphans: bool = False
    put_creates: bool = False
    needs_version: bool = False
    api_version: str = attrs.field(init=False)
    has_status: bool = attrs.field(init=False)
    qualified: str = attrs.field(init=False)

    @api_version.default
    def _group_and_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @has_status.default
    def _has_status_path(self) -> bool:
        return self.subresource("status") is not None

    @qualified.default
    def _plural_and_group(self) -> str:
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self) -> str:
        """The resource's name for one object."""
        return self.kind.lower()

    @property
    def head(self) -> bytes:
        """How the JSON of each of its objects begins in the store."""
        return f'{{"kind":"{self.kind}","apiVersion":"{self.api_version}",'.encode()

    def subresource(self, name: str) -> Subresource | None:
        """The subresource of that name, if there is one."""
        return next((each for each in self.subresources if each.name == name), None)

    def resource(self, namespace: str = "", name: str = "", subresource: str = "") -> Resource:
        """The collection or object as the library's seam names it."""
        return Resource(
            self.plural,
            group=self.group,
            version=self.version,
            namespace=namespace if self.namespaced else "",
            name=name,
            subresource=subresource,
        )


def _fields(*paths: str) -> dict[str, str]:
    return {path: path for path in paths}


def _status(kind: str) -> Subresource:
    return Subresource("status", kind, STATUS)


_ACCESS: Final = "authorization.k8s.io"
_RBAC: Final = "rbac.authorization.k8s.io"

NAMESPACE: Final = Kind(
    "Namespace",
    "namespaces",
    namespaced=False,
    short_names=("ns",),
    verbs=tuple(verb for verb in ALL if verb != "deletecollection"),
    subresources=(Subresource("finalize", "Namespace", ("update",)), _status("Namespace")),
    fields=_fields("status.phase", "metadata.name"),
    unknown_field=UNKNOWN_FIELD,
    returns_deleted=True,
)
NODE: Final = Kind(
    "Node",
    "nodes",
    namespaced=False,
    short_names=("no",),
    subresources=(_status("Node"),),
    fields=_fields("metadata.name", "spec.unschedulable"),
    unknown_field=UNKNOWN_FIELD,
)
POD: Final = Kind(
    "Pod",
    "pods",
    short_names=("po",),
    categories=("all",),
    subresources=(
        Subresource("attach", "PodAttachOptions", STREAM),
        Subresource("eviction", "Eviction", CREATE, "policy", "v1"),
        Subresource("exec", "PodExecOptions", STREAM),
        Subresource("log", "Pod", ("get",)),
        _status("Pod"),
    ),
    fields=_fields(
        "metadata.name",
        "metadata.namespace",
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.podIPs",
        "status.nominatedNodeName",
    )
    | {"spec.host": "spec.nodeName"},
    unknown_field=UNKNOWN_FIELD,
    has_generation=True,
    returns_deleted=True,
)
SERVICE: Final = Kind(
    "Service",
    "services",
    put_creates=True,
    short_names=("svc",),
    categories=("all",),
    subresources=(_status("Service"),),
    fields=_fields("metadata.namespace", "metadata.name", "spec.clusterIP", "spec.type"),
    unknown_field=UNKNOWN_FIELD,
    returns_deleted=True,
)
SERVICE_ACCOUNT: Final = Kind(
    "ServiceAccount",
    "serviceaccounts",
    short_names=("sa",),
    subresources=(Subresource("token", "TokenRequest", CREATE, "authentication.k8s.io", "v1"),),
    returns_deleted=True,
)
CONFIG_MAP: Final = Kind("ConfigMap", "configmaps", short_names=("cm",))
SECRET: Final = Kind(
    "Secret",
    "secrets",
    fields=_fields("type", "metadata.namespace", "metadata.name"),
    unknown_field=UNKNOWN_FIELD,
)
EVENT: Final = Kind(
    "Event",
    "events",
    put_creates=True,
    short_names=("ev",),
    fields=_fields(
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "type",
        "metadata.namespace",
        "metadata.name",
    )
    | {"source": "source.component"},
    unknown_field=UNKNOWN_FIELD,
)
RESOURCE_QUOTA: Final = Kind(
    "ResourceQuota",
    "resourcequotas",
    short_names=("quota",),
    subresources=(_status("ResourceQuota"),),
    returns_deleted=True,
)
LIMIT_RANGE: Final = Kind("LimitRange", "limitranges", short_names=("limits",), put_creates=True)
PERSISTENT_VOLUME_CLAIM: Final = Kind(
    "PersistentVolumeClaim",
    "persistentvolumeclaims",
    short_names=("pvc",),
    subresources=(_status("PersistentVolumeClaim"),),
    returns_deleted=True,
)
ENDPOINTS: Final = Kind("Endpoints", "endpoints", short_names=("ep",), put_creates=True)
JOB: Final = Kind(
    "Job",
    "jobs",
    group="batch",
    categories=("all",),
    subresources=(_status("Job"),),
    fields=_fields("metadata.name", "metadata.namespace") | {"status.successful": "status.succeeded"},
    unknown_field='field label "{field}" not supported for Job',
    has_generation=True,
    orphans=True,
)
SELF_ACCESS_REVIEW: Final = Kind(
    "SelfSubjectAccessReview", "selfsubjectaccessreviews", group=_ACCESS, namespaced=False, verbs=CREATE
)
SELF_RULES_REVIEW: Final = Kind(
    "SelfSubjectRulesReview", "selfsubjectrulesreviews", group=_ACCESS, namespaced=False, verbs=CREATE
)
ROLE: Final = Kind("Role", "roles", group=_RBAC, put_creates=True)
ROLE_BINDING: Final = Kind("RoleBinding", "rolebindings", group=_RBAC, put_creates=True)
CLUSTER_ROLE: Final = Kind("ClusterRole", "clusterroles", group=_RBAC, namespaced=False, put_creates=True)
CLUSTER_ROLE_BINDING: Final = Kind(
    "ClusterRoleBinding", "clusterrolebindings", group=_RBAC, namespaced=False, put_creates=True
)
LEASE: Final = Kind("Lease", "leases", group="coordination.k8s.io", put_creates=True, needs_version=True)
PRIORITY_CLASS: Final = Kind(
    "PriorityClass", "priorityclasses", group="scheduling.k8s.io", namespaced=False, short_names=("pc",)
)
POD_METRICS: Final = Kind("PodMetrics", "pods", group="metrics.k8s.io", version="v1beta1", verbs=READ)
NODE_METRICS: Final = Kind(
    "NodeMetrics", "nodes", group="metrics.k8s.io", version="v1beta1", namespaced=False, verbs=READ
)

KINDS: Final = (
    CONFIG_MAP,
    ENDPOINTS,
    EVENT,
    LIMIT_RANGE,
    NAMESPACE,
    NODE,
    PERSISTENT_VOLUME_CLAIM,
    POD,
    RESOURCE_QUOTA,
    SECRET,
    SERVICE_ACCOUNT,
    SERVICE,
    JOB,
    SELF_ACCESS_REVIEW,
    SELF_RULES_REVIEW,
    CLUSTER_ROLE_BINDING,
    CLUSTER_ROLE,
    ROLE_BINDING,
    ROLE,
    LEASE,
    PRIORITY_CLASS,
    POD_METRICS,
    NODE_METRICS,
)

_BY_PATH: Final = {(kind.group, kind.version, kind.plural): kind for kind in KINDS}
_BY_NAME: Final = {(kind.api_version, kind.kind): kind for kind in KINDS}


def kind_at(resource: Resource) -> Kind | None:
    """The kind a path leads to, if it is served."""
    return _BY_PATH.get((resource.group, resource.version, resource.plural))


def kind_named(api_version: str, kind: str) -> Kind | None:
    """The kind an object says it is of, if it is served."""
    return _BY_NAME.get((api_version, kind))
