"""A YAML document's tree as values: scalars resolved, aliases followed, maps merged, keys made text.

Of equal keys the last one counts; numbers stay integers where they are. A document of which nearly all comes
from aliases is refused. Source: go.yaml.in/yaml/v2 2.4.4, decode.go (``decoder``); sigs.k8s.io/yaml 1.6.0,
yaml.go (``convertToJSONableObject``).
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any, Final

from launcher_k8s.templates.govalues.allowance import NODE, spend
from launcher_k8s.templates.govalues.characters import valid
from launcher_k8s.templates.govalues.floats import format_float
from launcher_k8s.templates.govalues.values import GoError, decode, encode
from launcher_k8s.templates.yaml.map_keys import LARGEST_INT, MapKey, go_syntax
from launcher_k8s.templates.yaml.nodes import MAPPING, SEQUENCE, Node
from launcher_k8s.templates.yaml.scalars import BOOL, FLOAT, HINTS, INT, NULL, TIMESTAMP, resolve
from launcher_k8s.templates.yaml.tokens import ALIAS, SCALAR, YamlError

_LONG: Final = "tag:yaml.org,2002:"
_RESOLVABLE: Final = frozenset((BOOL, FLOAT, INT, NULL, TIMESTAMP))
_ALIASES_TO_DOUBT: Final = 100
_NODES_TO_DOUBT: Final = 1_000
_NODES_AT_ONCE: Final = 1_024
_FEW: Final = 400_000
_MANY: Final = 4_000_000
_LINE_ENDS: Final = re.compile("[\r\n]+")


class Decoder:
    """One document's values."""

    def __init__(self) -> None:
        self._count = 0
        self._from_aliases = 0
        self._followed: set[int] = set()

    def value(self, node: Node) -> Any:
        """A node's value, with text for all keys.

        Raises:
            GoError: It has none, or has no form in JSON.
        """
        self._count_node()
        if node.kind == SCALAR:
            return _scalar(node)
        if node.kind == ALIAS:
            self._follow(node)
            value = self.value(node.children[0])
            self._followed.remove(id(node))
            return value
        if node.kind == SEQUENCE:
            return [self.value(item) for item in node.children]
        mapping: dict[Any, Any] = {}
        self._fill(node, mapping)
        return mapping

    def _follow(self, node: Node) -> None:
        if id(node) in self._followed:
            raise YamlError(f"anchor '{node.value}' value contains itself")
        self._followed.add(id(node))

    def _count_node(self) -> None:
        self._count += 1
        if not self._count % _NODES_AT_ONCE:
            spend(NODE * _NODES_AT_ONCE)
        if self._followed:
            self._from_aliases += 1
            if (
                self._from_aliases > _ALIASES_TO_DOUBT
                and self._count > _NODES_TO_DOUBT
                and self._from_aliases / self._count > _allowed_ratio(self._count)
            ):
                raise YamlError("document contains excessive aliasing")

    def _fill(self, node: Node, mapping: dict[Any, Any]) -> None:
        children = node.children
        for at in range(0, len(children), 2):
            key, item = children[at], children[at + 1]
            if key.value == "<<" and _is_merge(key):
                self._merge(item, mapping)
                continue
            name = self.value(key)
            if isinstance(name, (dict, list)):
                raise YamlError(f"invalid map key: {go_syntax(name)}")
            mapping[name if type(name) is str else MapKey(name)] = self.value(item)

    def _merge(self, node: Node, mapping: dict[Any, Any]) -> None:
        if node.kind == SEQUENCE:
            for item in reversed(node.children):
                _want_mapping(item)
                self._merge_one(item, mapping)
        else:
            _want_mapping(node)
            self._merge_one(node, mapping)

    def _merge_one(self, node: Node, mapping: dict[Any, Any]) -> None:
        self._count_node()
        if node.kind == ALIAS:
            self._follow(node)
            self._merge_one(node.children[0], mapping)
            self._followed.remove(id(node))
        else:
            self._fill(node, mapping)


def as_json(value: Any) -> Any:
    """Decoded values with text for all keys, and without numbers that JSON does not know.

    Raises:
        GoError: A key cannot be text, or a number is none.
    """
    kind = type(value)
    if kind is dict:
        if all(type(key) is str for key in value):
            return {key: as_json(item) for key, item in value.items()}
        named = {_name(key, item): item for key, item in value.items()}
        return {name: as_json(item) for name, item in named.items()}
    if kind is list:
        return [as_json(item) for item in value]
    if kind is float and not math.isfinite(value):
        raise GoError(f"json: unsupported value: {format_float(value)}")
    return value


def _name(key: Any, item: Any) -> str:
    return key if type(key) is str else key.text(item)


def _scalar(node: Node) -> Any:
    tag, text = node.tag, node.value
    if not tag:
        if not node.implicit or (text and text[0] not in HINTS):
            return text
        return resolve(text)[1]
    short = "!!" + tag.removeprefix(_LONG) if tag.startswith(_LONG) else tag
    if short == "!!binary":
        return _binary(text)
    if short not in _RESOLVABLE:
        return text
    found, value = resolve(text, timestamps=short == TIMESTAMP)
    if short == found:
        return value
    if short == FLOAT and found == INT and value <= LARGEST_INT:
        return float(value)
    raise YamlError(f"cannot decode {found} `{text}` as a {short}")


def _binary(text: str) -> str:
    try:
        return valid(decode(base64.b64decode(encode(_LINE_ENDS.sub("", text)), validate=True)))
    except (binascii.Error, ValueError):
        raise YamlError("!!binary value contains invalid base64 data") from None


def _is_merge(key: Node) -> bool:
    return key.kind == SCALAR and (key.implicit or key.tag == _LONG + "merge")


def _want_mapping(node: Node) -> None:
    target = node.children[0] if node.kind == ALIAS else node
    if target.kind != MAPPING:
        raise YamlError("map merge requires map or sequence of maps as the value")


def _allowed_ratio(count: int) -> float:
    """How much of a document of so many nodes may come from aliases."""
    if count <= _FEW:
        return 0.99
    if count >= _MANY:
        return 0.10
    return 0.99 - 0.89 * ((count - _FEW) / (_MANY - _FEW))
