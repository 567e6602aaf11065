"""One mount source, checked and as the volume that Kubernetes makes of it.

Each type of mount has its parameters, spelt as the Launcher's API spells them; a source that is not of
that form is refused with what to write. Source: domain, section 4, "Mounts to volumes".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from launcher_k8s.decisions import Trail
from launcher_k8s.job import (
    AZURE_FILE_MOUNT,
    CEPH_FS_MOUNT,
    CLAIM_MOUNT,
    GLUSTER_FS_MOUNT,
    HOST_MOUNT,
    NFS_MOUNT,
    PASSTHROUGH_MOUNT,
    MountSource,
)
from launcher_k8s.naming import OBJECT_NAME_FORM, is_object_name
from launcher_k8s.origin import JOB, Origin
from launcher_k8s.shape.volumes import SUB_PATH, VOLUME_KINDS
from launcher_k8s.wording import did_you_mean, quote


@attrs.frozen
class _Parameter:
    """One parameter of a source: what to write, whether a value is that, and how Kubernetes takes it."""

    form: str
    fits: Callable[[Any], bool]
    is_required: bool = True
    write: Callable[[Any], Any] = lambda value: value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_absolute(value: Any) -> bool:
    return _is_text(value) and value.startswith("/") and ".." not in value.split("/")


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and is_object_name(value)


def _is_relative(value: Any) -> bool:
    return value == "" or (_is_text(value) and not value.startswith("/") and ".." not in value.split("/"))


def _is_texts(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and all(map(_is_text, value))


def _is_reference(value: Any) -> bool:
    return _is_name(value.get("name") if isinstance(value, Mapping) else value)


def _reference(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"name": value}


_ABSOLUTE = _Parameter("an absolute path without ..", _is_absolute)
_NAME = _Parameter(f"a name: {OBJECT_NAME_FORM}", _is_name)
_TEXT = _Parameter("a string that is not empty", _is_text)

_SOURCES: Final[Mapping[str, Mapping[str, _Parameter]]] = {
    HOST_MOUNT: {"path": _ABSOLUTE},
    NFS_MOUNT: {"host": _TEXT, "path": _ABSOLUTE},
    AZURE_FILE_MOUNT: {"secretName": _NAME, "shareName": _TEXT},
    CEPH_FS_MOUNT: {
        "monitors": _Parameter("a list of host:port", _is_texts, write=list),
        "path": attrs.evolve(_ABSOLUTE, is_required=False),
        "user": attrs.evolve(_TEXT, is_required=False),
        "secretFile": attrs.evolve(_TEXT, is_required=False),
        "secretRef": _Parameter("the name of a secret", _is_reference, is_required=False, write=_reference),
    },
    GLUSTER_FS_MOUNT: {"endpoints": _NAME, "path": _TEXT},
    CLAIM_MOUNT: {
        "ClaimName": _NAME,
        SUB_PATH: _Parameter("a relative path without ..", _is_relative, is_required=False),
    },
}
_KINDS: Final = {kind.mount_type: kind for kind in VOLUME_KINDS}


def read_source(
    source: MountSource, mount_path: str, *, user: str, trail: Trail, origin: Origin = JOB
) -> tuple[dict[str, Any], str] | None:
    """The volume of a source, without its name, and the path inside it; None where it is refused.

    Args:
        source: The source.
        mount_path: Where it is mounted, for messages.
        user: The user's name, for messages.
        trail: Told of everything that is wrong with the source.
        origin: Where the mount is stated.
    """
    where = f"the {source.type} mount at {quote(mount_path)} of user {quote(user)}"
    if source.type == PASSTHROUGH_MOUNT:
        return _pass_through(source, where, origin, trail)
    if source.type not in _SOURCES:
        known = (*_SOURCES, PASSTHROUGH_MOUNT)
        at = f"the mount at {quote(mount_path)} of user {quote(user)}"
        message = f"{at} has the unknown type {quote(source.type)}"
        hint = did_you_mean(source.type, known) or f"write one of {', '.join(known)}"
        trail.refuse("mount", message, value=source.type, limit=", ".join(known), origin=origin, hint=hint)
        return None
    _warn_of_unknown(source, where, origin, trail)
    sound = [_is_sound(source, name, where, origin, trail) for name in _SOURCES[source.type]]
    return _volume(source) if all(sound) else None


def _is_sound(source: MountSource, name: str, where: str, origin: Origin, trail: Trail) -> bool:
    parameter, value = _SOURCES[source.type][name], source.source.get(name)
    if value is None:
        fits, problem = not parameter.is_required, "is missing"
    else:
        fits, problem = parameter.fits(value), f"is {quote(str(value))}"
    if not fits:
        message = f"{where}: the parameter {name} {problem}: write {parameter.form}"
        hint = f"a source of type {source.type} has {_form(source.type)}"
        shown = "" if value is None else value
        trail.refuse("mount", message, value=shown, limit=parameter.form, origin=origin, hint=hint)
    return fits


def _form(kind: str) -> str:
    return ", ".join(
        name if parameter.is_required else f"{name} (optional)" for name, parameter in _SOURCES[kind].items()
    )


def _warn_of_unknown(source: MountSource, where: str, origin: Origin, trail: Trail) -> None:
    known = _SOURCES[source.type]
    for name in source.source:
        if name not in known:
            hint = did_you_mean(name, known) or f"a source of type {source.type} has {_form(source.type)}"
            trail.warn("mount", f"{where}: the parameter {quote(name)} is passed over; {hint}", origin)


def _volume(source: MountSource) -> tuple[dict[str, Any], str]:
    parameters, kind = _SOURCES[source.type], _KINDS[source.type]
    volume = {
        field: parameters[name].write(source.source[name])
        for name, field in kind.fields.items()
        if source.source.get(name) is not None
    }
    return {kind.key: volume}, str(source.source.get(SUB_PATH) or "") if SUB_PATH in parameters else ""


def _pass_through(
    source: MountSource, where: str, origin: Origin, trail: Trail
) -> tuple[dict[str, Any], str] | None:
    volume = {key: value for key, value in source.source.items() if key != "name"}
    if len(volume) == 1:
        return volume, ""
    message = f"{where} has {len(volume)} kinds of volume ({', '.join(volume) or 'none'}), not one"
    hint = 'write one kind as in a pod\'s volumes, such as {"emptyDir": {}}'
    trail.refuse("mount", message, value=", ".join(volume), limit="one", origin=origin, hint=hint)
    return None
