"""Lists of resources: reading and adding them, and what a pod asks for in all.

Which of a pod's amounts count: ``PodRequests`` and ``PodLimits`` of ``k8s.io/component-helpers/resource``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from launcher_k8s.testing.cluster.amounts import amount_value, read_amount

Amounts = dict[str, Decimal]


def read_amounts(listed: Mapping[str, Any] | None) -> Amounts:
    """The amounts of a resource list."""
    return {name: amount_value(str(value)) for name, value in (listed or {}).items()}


def add_to(total: Amounts, more: Mapping[str, Decimal]) -> None:
    """Add amounts to others."""
    for name, value in more.items():
        total[name] = total.get(name, Decimal(0)) + value


def write_amount(value: Decimal, like: str = "") -> str:
    """An amount in its canonical form.

    Args:
        value: The amount in base units.
        like: An amount whose suffix tells whether binary ones are wanted.
    """
    if like.endswith("i") and value and value % 1024 == 0:
        return str(read_amount(f"{int(value) // 1024}Ki"))
    return str(read_amount(f"{value:f}"))


def pod_amounts(spec: Mapping[str, Any], which: str) -> Amounts:
    """What a pod asks for in all.

    Containers run together, and sidecars with them; other init containers run one by one before.

    Args:
        spec: The pod's ``spec``.
        which: ``requests`` or ``limits``.
    """
    total: Amounts = {}
    for container in spec.get("containers") or ():
        add_to(total, _of(container, which))
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in spec.get("initContainers") or ():
        if container.get("restartPolicy") == "Always":
            add_to(sidecars, _of(container, which))
            _raise_to(peak, sidecars)
        else:
            _raise_to(peak, _sum((sidecars, _of(container, which))))
    add_to(total, sidecars)
    _raise_to(total, peak)
    add_to(total, read_amounts(spec.get("overhead")))
    return total


def _of(container: Mapping[str, Any], which: str) -> Amounts:
    return read_amounts((container.get("resources") or {}).get(which))


def _sum(parts: Iterable[Amounts]) -> Amounts:
    total: Amounts = {}
    for part in parts:
        add_to(total, part)
    return total


def _raise_to(total: Amounts, other: Amounts) -> None:
    for name, value in other.items():
        total[name] = max(total.get(name, value), value)
