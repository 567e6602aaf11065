"""The documents by which clients find out what the server serves: all made from the table of kinds.

Forms: ``meta/v1`` ``APIVersions``, ``APIGroupList``, ``APIGroup``, ``APIResourceList``; and
``apidiscovery.k8s.io/v2``, which says all of it at once and is what kubectl asks first.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

from launcher_k8s.testing.cluster.kinds import KINDS, Kind, Object, Subresource

GROUP_VERSIONS: Final = tuple(dict.fromkeys((kind.group, kind.version) for kind in KINDS))


def api_versions(address: str) -> Object:
    """What ``/api`` says. ``address`` is the server's ``host:port``."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    }


def api_groups() -> Object:
    """What ``/apis`` says."""
    groups = [_group(group, version) for group, version in GROUP_VERSIONS if group]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def api_group(group: str) -> Object | None:
    """What ``/apis/GROUP`` says; None for a group that is not served."""
    found = [_group(*each) for each in GROUP_VERSIONS if each[0] == group and group]
    return {"kind": "APIGroup", "apiVersion": "v1", **found[0]} if found else None


def api_resources(group: str, version: str) -> Object | None:
    """What ``/apis/GROUP/VERSION`` (or ``/api/v1``) says; None for one that is not served."""
    if (group, version) not in GROUP_VERSIONS:
        return None
    resources = []
    for kind in _kinds(group, version):
        resources.append(_resource(kind))
        resources += [_subresource(kind, each) for each in kind.subresources]
    told = {"kind": "APIResourceList"} | ({"apiVersion": "v1"} if group else {})  # the core's leaves it out
    return told | {"groupVersion": f"{group}/{version}" if group else version, "resources": resources}


def aggregated(*, core: bool) -> Object:
    """``apidiscovery.k8s.io/v2``: what ``/api`` says of the core, or ``/apis`` of the groups."""
    items = []
    for group, versions in groupby(GROUP_VERSIONS, key=lambda each: each[0]):
        if core == (group == ""):
            items.append(
                {
                    "metadata": {"name": group} if group else {},
                    "versions": [_aggregated_version(group, version) for _, version in versions],
                }
            )
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {},
        "items": items,
    }


def _group(group: str, version: str) -> Object:
    named = {"groupVersion": f"{group}/{version}", "version": version}
    return {"name": group, "versions": [named], "preferredVersion": named}


def _kinds(group: str, version: str) -> Iterable[Kind]:
    found = [kind for kind in KINDS if (kind.group, kind.version) == (group, version)]
    return sorted(found, key=lambda kind: kind.plural)


def _resource(kind: Kind) -> Object:
    told: dict[str, Any] = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": sorted(kind.verbs),
    }
    told |= _names(kind)
    if "watch" in kind.verbs:
        told["storageVersionHash"] = _storage_hash(kind)
    return told


def _names(kind: Kind) -> Object:
    told: Object = {}
    if kind.short_names:
        told["shortNames"] = list(kind.short_names)
    if kind.categories:
        told["categories"] = list(kind.categories)
    return told


def _subresource(kind: Kind, subresource: Subresource) -> Object:
    told: Object = {
        "name": f"{kind.plural}/{subresource.name}",
        "singularName": "",
        "namespaced": kind.namespaced,
    }
    if subresource.version:
        told |= {"group": subresource.group, "version": subresource.version}
    return told | {"kind": subresource.kind, "verbs": sorted(subresource.verbs)}


def _storage_hash(kind: Kind) -> str:
    """As in ``apiserver/pkg/endpoints/discovery/storageversionhash.go``."""
    named = f"{kind.group}/{kind.version}/{kind.kind}"
    return base64.b64encode(hashlib.sha256(named.encode()).digest()[:8]).decode()


def _aggregated_version(group: str, version: str) -> Object:
    resources = [_aggregated_resource(kind) for kind in _kinds(group, version)]
    return {"version": version, "resources": resources, "freshness": "Current"}


def _aggregated_resource(kind: Kind) -> Object:
    told: Object = {
        "resource": kind.plural,
        "responseKind": {"group": "", "version": "", "kind": kind.kind},
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": sorted(kind.verbs),
    }
    told |= _names(kind)
    if kind.subresources:
        told["subresources"] = [
            {
                "subresource": each.name,
                "responseKind": {"group": each.group, "version": each.version, "kind": each.kind},
                "verbs": sorted(each.verbs),
            }
            for each in kind.subresources
        ]
    return told
