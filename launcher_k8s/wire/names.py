"""Names of fields on the wire (plugin API 3.7): camelCase."""

from __future__ import annotations

from functools import cache
from typing import Any

import attrs


@cache
def wire_name(name: str) -> str:
    """The camelCase name of a field: ``run_as_user_id`` is ``runAsUserId``."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def wire_key(attribute: attrs.Attribute[Any]) -> str:
    """What a field is called: its own name, or the one that it says it has."""
    return str(attribute.metadata.get("wire") or wire_name(attribute.name))
