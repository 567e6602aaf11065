"""Nodes: their taints (``validateNodeTaints``)."""

from __future__ import annotations

from launcher_k8s.testing.cluster.causes import Cause, required
from launcher_k8s.testing.cluster.kinds import Object
from launcher_k8s.testing.cluster.validation import checks
from launcher_k8s.testing.cluster.validation.scheduling import EFFECTS


def check_node(new: Object, _old: Object | None) -> list[Cause]:
    """A node."""
    found: list[Cause] = []
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate((new.get("spec") or {}).get("taints", ())):
        where = f"metadata.taints[{index}]"
        key, value, effect = taint.get("key", ""), taint.get("value", ""), taint.get("effect", "")
        found += checks.named(f"{where}.key", key, checks.qualified_name)
        if value:
            found += checks.named(f"{where}.value", value, checks.label_value)
        if effect:
            found += checks.supported(f"{where}.effect", effect, EFFECTS)
        else:
            found.append(required(f"{where}.effect"))
        if (key, effect) in seen:
            shown = f'{{"Key":"{key}","Value":"{value}","Effect":"{effect}","TimeAdded":null}}'
            text = f"Duplicate value: {shown}: taints must be unique by key and effect pair"
            found.append(Cause(where, "FieldValueDuplicate", text))
        seen.add((key, effect))
    return found
