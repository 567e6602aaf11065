"""Nodes to rows: what jobs may be put on, and where those that run on them are reached."""

from __future__ import annotations

from sys import intern

import msgspec

from launcher_k8s.rows.decoding import Lean, ListMetadata, decode
from launcher_k8s.rows.times import Time, seconds_or_none
from launcher_k8s.rows.values import NodeCondition, NodeRow, Page


class _Metadata(Lean):
    name: str = ""
    labels: dict[str, str] | None = None


class _Address(Lean):
    type: str = ""
    address: str = ""


class _Condition(Lean):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: Time | None = None


class _Status(Lean):
    allocatable: dict[str, str | int] | None = None
    addresses: list[_Address] | None = None
    conditions: list[_Condition] | None = None


class _Node(Lean):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    status: _Status = msgspec.field(default_factory=_Status)


class _NodeList(Lean):
    metadata: ListMetadata
    items: list[_Node] | None  # required: an answer that is no list must not be taken for an empty one


_LIST = msgspec.json.Decoder(_NodeList)
_NODE = msgspec.json.Decoder(_Node)


def decode_node(body: bytes) -> NodeRow:
    """Read a Node.

    Raises:
        ClusterError: The bytes are no such object.
    """
    return _row(decode(_NODE, body, "a Node"))


def decode_node_page(body: bytes) -> Page[NodeRow]:
    """Read a page of Nodes.

    Raises:
        ClusterError: The bytes are not a list.
    """
    page = decode(_LIST, body, "a list of Nodes")
    rows = tuple(map(_row, page.items or ()))
    return Page(rows, page.metadata.resource_version, page.metadata.continue_token)


def _row(node: _Node) -> NodeRow:
    return NodeRow(
        intern(node.metadata.name),
        node.metadata.labels or {},
        {name: str(amount) for name, amount in (node.status.allocatable or {}).items()},
        tuple((each.type, each.address) for each in node.status.addresses or ()),
        tuple(
            NodeCondition(
                each.type,
                each.status,
                each.reason,
                each.message,
                seconds_or_none(each.last_transition_time),
            )
            for each in node.status.conditions or ()
        ),
    )
