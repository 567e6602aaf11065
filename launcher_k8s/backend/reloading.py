"""Settings read again while a backend runs: what is in force at once, and what the open connection keeps.

Files that do not validate change nothing. A setting that the connection or the watches hang on keeps its
value until the backend is entered anew; so does, for good, what code set and not the files.
Either is told, never passed over in silence (design, "Public face": ``reload``).
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

import attrs

from launcher_k8s.brevity import brief, brief_words
from launcher_k8s.diagnostics import Severity
from launcher_k8s.errors import ConfigurationError
from launcher_k8s.origin import Origin, OriginKind
from launcher_k8s.present import Table
from launcher_k8s.settings import ClusterSettings

TO_REACH: Final = frozenset(
    {
        "api_url",
        "auth_token",
        "auth_token_path",
        "verify_ssl_certs",
        "certificate_authority",
        "thread_pool_size",
    }
)
"""Settings of the connection; of no use where the backend was given a cluster."""

TO_FOLLOW: Final = frozenset({"namespace", "watch_timeout_s", "fetch_limit"})
"""Settings of the watches, and of every request."""

_BY_CODE_ALONE = frozenset({"instance_id", "stdin_annotation"})
_OF_THE_READING = frozenset({"name", "directory", "read_again", "origins", "diagnostics"})
_IN_FORCE = "the settings read before stay in force"


@attrs.frozen
class SettingChange:
    """A setting that is now another than before.

    Args:
        field: The field of :class:`ClusterSettings`.
        key: Its key in the files; the field's name where it has none.
        origin: Where the new value is stated; of profiles and resources, where the first section is.
        held_back: Why the new value is not in force; empty where it is.
    """

    __repr__ = brief

    field: str
    key: str
    origin: Origin
    held_back: str = ""

    def __str__(self) -> str:
        if not self.held_back:
            return f"{self.key} ({self.origin}) is in force"
        return f"{self.key} ({self.origin}) is not in force: {self.held_back}"


@attrs.frozen(repr=False)
class Reloaded:
    """What reading the configuration again has changed.

    Args:
        settings: The settings now in force, with everything that was said about the new files.
        changes: Each setting that differs in the files, in the order of the fields.
    """

    settings: ClusterSettings
    changes: tuple[SettingChange, ...] = ()

    @property
    def held_back(self) -> tuple[SettingChange, ...]:
        """The changes that are not in force."""
        return tuple(change for change in self.changes if change.held_back)

    def __repr__(self) -> str:
        held = len(self.held_back)
        counts = f"{len(self.changes) - held} changed, {held} held back"
        return brief_words(self, f"{self.settings.name}: {counts if self.changes else 'nothing changed'}")

    def _repr_html_(self) -> str:
        rows = tuple((each.key, str(each.origin), each.held_back or "in force") for each in self.changes)
        title = (
            f"Changed settings of {self.settings.name}" if rows else f"{self.settings.name}: nothing changed"
        )
        return Table(title, ("setting", "origin", "state"), rows).html()


def read_again(settings: ClusterSettings) -> ClusterSettings:
    """A cluster's settings as its files give them now. Blocks.

    Raises:
        ConfigurationError: The settings come from code, the files do not validate, or they know the cluster
            no longer; the message says that nothing has changed.
    """
    if settings.read_again is None:
        raise ConfigurationError(
            f"the settings of cluster {settings.name!r} were built in code: there are no files to read again",
            hint="read them by load_settings, or make a new backend",
        )
    found, diagnostics = settings.read_again()
    if found is None:
        errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
        raise ConfigurationError(
            f"the configuration in {settings.directory} has {errors} error{'s' if errors != 1 else ''}; "
            f"{_IN_FORCE}",
            diagnostics=diagnostics,
        )
    try:
        return found.cluster(settings.name)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error.message} any more; {_IN_FORCE}", hint=error.hint) from error


def reconcile(
    in_force: ClusterSettings, read: ClusterSettings, *, fixed: Container[str] = frozenset()
) -> Reloaded:
    """New settings, with what cannot change left as it is.

    Args:
        in_force: The settings until now.
        read: The settings as the files give them now.
        fixed: Fields that what is open hangs on.
    """
    changes = tuple(_changes(in_force, read, fixed))
    held = [change.field for change in changes if change.held_back]
    origins = {field: origin for field, origin in read.origins.items() if field not in held}
    origins |= {field: in_force.origins[field] for field in held if field in in_force.origins}
    kept = {field: getattr(in_force, field) for field in (*held, *_BY_CODE_ALONE)}
    return Reloaded(attrs.evolve(read, **kept, origins=origins), changes)


def _changes(
    in_force: ClusterSettings, read: ClusterSettings, fixed: Container[str]
) -> Iterator[SettingChange]:
    for field in attrs.fields(ClusterSettings):
        name = field.name
        is_same = getattr(in_force, name) == getattr(read, name)
        if is_same or name in _OF_THE_READING or name in _BY_CODE_ALONE:
            continue
        origin = _origins(read, name)[0]
        yield SettingChange(name, _key(read, name), origin, _reason_to_hold_back(in_force, name, fixed))


def _reason_to_hold_back(in_force: ClusterSettings, field: str, fixed: Container[str]) -> str:
    if _is_by_code(in_force, field):
        return "code has set it, and code wins over the files"
    if field in fixed:
        return "the backend must be left and entered anew for it"
    return ""


def _is_by_code(settings: ClusterSettings, field: str) -> bool:
    return any(origin.kind is OriginKind.CODE for origin in _origins(settings, field))


def _key(settings: ClusterSettings, field: str) -> str:
    """What a field is called where it is set: Connect has names of its own."""
    stated = settings.origins[field].key if field in settings.origins else ""
    option = attrs.fields_dict(ClusterSettings)[field].metadata.get("option")
    return stated or (option.key if option else field)


def _origins(settings: ClusterSettings, field: str) -> list[Origin]:
    """Where a value stands; that of a list of sections, where each of them does."""
    if field in settings.origins:
        return [settings.origins[field]]
    value = getattr(settings, field)
    items = value if isinstance(value, tuple) else ()
    return [item.origin for item in items if hasattr(item, "origin")] or [settings.origin(field)]
