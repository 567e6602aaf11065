"""Kubernetes' published schemas of a Job and a Service, by version, as kubernetes-validate has them.

It is an extra: 22 MB to fetch, and of no use to who only submits. Its strict schemas are taken, which know
every field; of the 1.6 MB of a version only what a Job and a Service are made of is kept, without the
descriptions. The package's own ``validate`` reads the files anew at each call and tells one problem of
several, so the schemas are handed to jsonschema, which it is built on, directly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import attrs

from launcher_k8s.errors import NotSupportedError
from launcher_k8s.shape.names import JOB_KIND, SERVICE_KIND
from launcher_k8s.wording import quote

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

EXTRA: Final = "schemas"

_ROOTS: Final = {JOB_KIND: "io.k8s.api.batch.v1.Job", SERVICE_KIND: "io.k8s.api.core.v1.Service"}
_REFERENCE: Final = "#/$defs/"
_LARGEST: Final = {"int32": 2**31, "int64": 2**63}
_VERSION = re.compile(r"v?(\d{1,3}\.\d{1,3})(\.\d.*)?", re.ASCII)

# A schema, or the properties of one: JSON types.
Schema = Mapping[str, Any]


@attrs.frozen(eq=False)
class Schemas:
    """The schemas of one version.

    Args:
        version: Of Kubernetes: ``1.36``.
        definitions: Schemas by their full names; ``title`` is the type's short name.
    """

    version: str
    definitions: Mapping[str, Schema] = attrs.field(repr=False)
    _validators: Mapping[str, Validator] = attrs.field(repr=False)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of objects that there are schemas for."""
        return tuple(_ROOTS)

    def validator(self, kind: str) -> Validator:
        """What finds the mistakes in an object of one of :attr:`kinds`."""
        return self._validators[kind]

    def root(self, kind: str) -> Schema:
        """The schema of one of :attr:`kinds`."""
        return self.definitions[_ROOTS[kind]]

    def resolve(self, schema: Schema) -> Schema:
        """A schema, or the one it refers to."""
        name = schema.get("$ref")
        return self.definitions[_name_in(name)] if name else schema


def is_installed() -> bool:
    """Whether the extra is there."""
    try:
        import kubernetes_validate  # noqa: F401
    except ImportError:
        return False
    return True


def load_schemas(kubernetes: str | None) -> Schemas:
    """The schemas of a version.

    Args:
        kubernetes: The version, ``1.36`` or longer; the newest that there are schemas of, if None.

    Raises:
        NotSupportedError: The extra is not installed, or has no schemas of this version.
    """
    versions = _versions()
    if kubernetes is None:
        return _load(versions[-1])
    match = _VERSION.fullmatch(kubernetes)
    if match is None or match[1] not in versions:
        what = f"there are no schemas of Kubernetes {quote(kubernetes)}"
        raise NotSupportedError(what, hint=f"there are those of {versions[0]} to {versions[-1]}")
    return _load(match[1])


def _versions() -> tuple[str, ...]:
    """What is installed, oldest first."""
    try:
        from kubernetes_validate.utils import all_versions, major_minor
    except ImportError as error:
        raise NotSupportedError(
            "checking against Kubernetes' schemas needs the package kubernetes-validate",
            hint=f'install it: pip install "launcher-k8s[{EXTRA}]"',
        ) from error
    return tuple(dict.fromkeys(map(major_minor, all_versions())))


@lru_cache(maxsize=2)
def _load(version: str) -> Schemas:
    from kubernetes_validate.utils import schema_contents

    file = f"kubernetes-json-schema/v{version}.0-local-strict/_definitions.json"
    everything = schema_contents(file, version)["$defs"]
    definitions = dict(_reached(everything))
    return Schemas(version, definitions, {kind: _validator(kind, definitions) for kind in _ROOTS})


def _reached(everything: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """What the roots are made of, each once."""
    waiting = list(_ROOTS.values())
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        schema = _plain(everything[name])
        yield name, {"title": name.rpartition(".")[2], **schema}
        new = set(_references(schema)) - seen
        seen |= new
        waiting += new


def _plain(schema: Schema) -> dict[str, Any]:
    """A schema without what says nothing about values."""
    plain = {key: value for key, value in schema.items() if key != "description" and not key.startswith("x-")}
    if "properties" in plain:
        plain["properties"] = {name: _plain(each) for name, each in plain["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(plain.get(key), dict):
            plain[key] = _plain(plain[key])
    return plain


def _references(schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        yield _name_in(schema["$ref"])
    for each in schema.get("properties", {}).values():
        yield from _references(each)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from _references(schema[key])


def _name_in(reference: str) -> str:
    return reference.removeprefix(_REFERENCE)


def _validator(kind: str, definitions: Mapping[str, Schema]) -> Validator:
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.validators import extend

    # As Go reads it: 1.0 is no integer. And JSON as this library holds it: lists may be tuples.
    types = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
            "array": lambda _, value: isinstance(value, list | tuple),
            "object": lambda _, value: isinstance(value, Mapping),
        }
    )
    formats = FormatChecker(formats=())
    for name, end in _LARGEST.items():
        formats.checks(name)(lambda value, end=end: not isinstance(value, int) or -end <= value < end)
    whole = {"$ref": f"{_REFERENCE}{_ROOTS[kind]}", "$defs": definitions}
    checking: type[Validator] = extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]
    return checking(whole, format_checker=formats)
