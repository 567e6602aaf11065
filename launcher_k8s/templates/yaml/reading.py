"""Reads YAML as Kubernetes does: sigs.k8s.io/yaml, which is go-yaml v2 and then JSON.

Source: sigs.k8s.io/yaml 1.6.0 (``YAMLToJSON``); go.yaml.in/yaml/v2 2.4.4.
"""

from __future__ import annotations

from typing import Any

from launcher_k8s.templates.govalues.allowance import FLATTER, SLOW, LimitError, look_at
from launcher_k8s.templates.govalues.values import GoError
from launcher_k8s.templates.yaml.decoding import Decoder, as_json
from launcher_k8s.templates.yaml.encodings import read_characters
from launcher_k8s.templates.yaml.nodes import Composer, Node
from launcher_k8s.templates.yaml.quick import QuickReader, Unsure
from launcher_k8s.templates.yaml.tokens import LOOK_AHEAD


def read_yaml(text: str) -> Any:
    """A text's first document as JSON-like values; None if it has none.

    Args:
        text: Of any characters.

    Raises:
        GoError: It is no YAML, or has no form in JSON; in the words of Go, without the prefix that tells
            the conversion.
    """
    look_at(text, 4 * SLOW)
    try:
        return QuickReader(text).read()
    except Unsure:
        pass
    root = compose(text)
    try:
        return None if root is None else as_json(Decoder().value(root))
    except RecursionError:
        raise _too_deep() from None


def compose(text: str) -> Node | None:
    """A text's first document as a tree of nodes, which know their lines; None if it has none.

    Raises:
        GoError: It is no YAML.
    """
    text, forbidden = read_characters(text)
    composer = Composer(text)
    failure: GoError | None = None
    root = None
    try:
        root = composer.document()
    except GoError as error:
        failure = error
    except RecursionError:
        raise _too_deep() from None
    if forbidden is not None and composer.scanner.cursor.pos + LOOK_AHEAD >= forbidden.seen_from:
        raise forbidden.error
    if failure is not None:
        raise failure
    return root


def _too_deep() -> LimitError:
    return LimitError("YAML that is nested too deep to be read", FLATTER)
