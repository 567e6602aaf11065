"""Hides what two servers choose for themselves.

Uids, times, versions, addresses, ages, ports, made names, tokens and certificates. A masked value keeps its
kind: an empty version is not masked to a full one, a time stays a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

UID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*-----END CERTIFICATE-----\n*", re.DOTALL)
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
MADE_NAME = re.compile(r"\b([Mm]ade-|kube-api-access-)[bcdfghjklmnpqrstvwxz2456789]{5}\b")
VERSION_IN_TEXT = re.compile(r"(resource version|resourceVersion|current): \d+|etcdIndex \d+|\(\d+\)")

AGE = re.compile(r"\d+[smhdy](\d+[smhd])?")

_LEFT_OUT = frozenset({"managedFields"})
"""Who wrote which field last: the embedded cluster does not keep it, and no client of ours asks."""


def mask(value: Any, *, namespace: str) -> Any:
    """The value with everything of one server's own hidden."""
    return _masked("", value, namespace)


def _masked(key: str, value: Any, namespace: str) -> Any:
    if isinstance(value, Mapping):
        return {
            _text(name, namespace): _masked(name, each, namespace)
            for name, each in value.items()
            if name not in _LEFT_OUT
        }
    if isinstance(value, list):
        return [_masked(key, each, namespace) for each in value]
    if key == "cells" and isinstance(value, str) and AGE.fullmatch(value):
        return "<age>"
    rule = _RULES.get(key)
    if rule is not None:
        return rule(value)
    return _text(value, namespace) if isinstance(value, str) else value


def _text(text: str, namespace: str) -> str:
    text = text.replace(namespace, "<namespace>")
    text = CERTIFICATE.sub("<certificate>", text)
    text = UID.sub("<uid>", text)
    text = TIME.sub("<time>", text)
    text = MADE_NAME.sub(r"\1<letters>", text)
    return VERSION_IN_TEXT.sub("<version>", text)


def _address(value: Any) -> Any:
    return "<address>" if value and value != "None" else value


def _full(name: str) -> Callable[[Any], Any]:
    return lambda value: name if value else value


_RULES: Mapping[str, Callable[[Any], Any]] = {
    "resourceVersion": _full("<version>"),
    "continue": _full("<token>"),
    "nodePort": _full("<port>"),
    "clusterIP": _address,
    "clusterIPs": _address,
    "hostIP": _address,
    "serverAddress": _address,
}
