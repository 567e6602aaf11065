"""What an object of a kind may hold: its fields and their types, checked as the server decodes JSON.

:func:`check` reads an object as Go would: unknown fields and nulls fall away, empty values are left out,
amounts and times get their canonical form. The common case is one conversion by msgspec; only where that
fails the object is walked by hand, to say what is wrong in the words of ``sigs.k8s.io/json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from launcher_k8s.testing.cluster.amounts import Amount, convert
from launcher_k8s.testing.cluster.decoding import Decoder, Pairs
from launcher_k8s.testing.cluster.kinds import Kind, Object
from launcher_k8s.testing.cluster.refusals import bad_request
from launcher_k8s.testing.cluster.shapes import shape_of

IGNORE: Final = "Ignore"
STRICT: Final = "Strict"
_encode: Final = msgspec.json.Encoder().encode


class Checked(msgspec.Struct, frozen=True, gc=False):
    """An object as the server read it.

    Args:
        content: The object without what does not belong into it.
        error: Why it cannot be read at all, in the server's words, empty if it can.
        problems: What was dropped: unknown and repeated fields, in the server's words.
    """

    content: Object
    error: str = ""
    problems: tuple[str, ...] = ()

    def complaint(self, strictness: str) -> str:
        """Why the object is refused, empty if it is not.

        Args:
            strictness: ``Ignore``, ``Warn`` or ``Strict``.
        """
        if not self.error and self.problems and strictness == STRICT:
            return f"strict decoding error: {', '.join(self.problems)}"
        return self.error

    def warnings(self, strictness: str) -> tuple[str, ...]:
        """What the client is told in ``Warning`` headers."""
        return () if strictness in (IGNORE, STRICT) else self.problems


def read(
    kind: Kind, content: Object, *, body: bytes = b"", yaml: bool = False, strictness: str = "Warn"
) -> tuple[Object, tuple[str, ...]]:
    """The object of a create or update, and the warnings.

    Args:
        kind: What it shall be.
        content: The decoded body.
        body: The body itself, in which fields may stand twice.
        yaml: Whether that is YAML.
        strictness: ``Ignore``, ``Warn`` or ``Strict``.

    Raises:
        Refusal: 400: a field has a wrong type, or with ``Strict`` is unknown.
    """
    checked = check(kind, content, body=body, yaml=yaml)
    complaint = checked.complaint(strictness)
    if complaint:
        said = f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}'
        raise bad_request(f"{said}: {complaint}")
    return checked.content, checked.warnings(strictness)


def check(kind: Kind, content: Object, *, body: bytes = b"", yaml: bool = False) -> Checked:
    """Read an object as the server would; a patched one has no body."""
    shape = shape_of(kind)
    if shape is None:
        return Checked(content)
    repeated: Pairs | None = None
    twice: tuple[str, ...] = ()
    if yaml:
        twice = tuple(_repeated_in_yaml(body))
    elif _may_repeat(content, body):
        repeated = _with_repetitions(body)
    if repeated is None:
        try:
            return Checked(_converted(content, shape.struct), problems=twice)
        except (msgspec.ValidationError, ValueError):
            pass
    decoder = Decoder()
    cleaned = decoder.decode(shape, content if repeated is None else repeated)
    if decoder.error:
        return Checked(content, decoder.error)
    return Checked(_converted(cleaned, shape.struct), problems=twice + tuple(decoder.problems))


def _converted(content: Object, struct: Any) -> Object:
    read_value = msgspec.convert(content, struct, dec_hook=convert)
    written: Object = msgspec.to_builtins(read_value, enc_hook=_plain)
    return written


def _plain(value: Any) -> str:
    if isinstance(value, Amount):
        return str.__str__(value)
    raise NotImplementedError(type(value))


def _may_repeat(content: Object, body: bytes) -> bool:
    """Whether a JSON body may hold a field twice: then writing it again loses colons.

    Colons are never escaped when written; a body that escapes one is looked at more closely.
    """
    if not body:
        return False
    written = _encode(content)
    return written != body and (b"\\u003" in body or body.count(b":") != written.count(b":"))


def _with_repetitions(body: bytes) -> Pairs:
    found: Pairs = json.loads(body, object_pairs_hook=Pairs)
    return found


def _repeated_in_yaml(body: bytes) -> Iterator[str]:
    import yaml

    for node in _mappings(yaml.compose(body, Loader=yaml.SafeLoader)):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                yield f'yaml: unmarshal errors:\n  line {line}: key "{key.value}" already set in map'
            seen.add(key.value)


def _mappings(node: Any) -> Iterator[Any]:
    import yaml

    match node:
        case yaml.MappingNode():
            yield node
            for _, value in node.value:
                yield from _mappings(value)
        case yaml.SequenceNode():
            for item in node.value:
                yield from _mappings(item)
        case _:
            return
