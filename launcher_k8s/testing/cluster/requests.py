"""What is asked and what is answered: HTTP without HTTP.

A :class:`Request` is what is left of a request once it is known who asks for which resource. Its query
parameters are read here, with the complaints of
``k8s.io/apimachinery/pkg/apis/meta/internalversion/validation``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import attrs
import msgspec

from launcher_k8s.connection import JSON_MEDIA_TYPE, Resource
from launcher_k8s.testing.cluster import causes
from launcher_k8s.testing.cluster.causes import Cause
from launcher_k8s.testing.cluster.kinds import Kind
from launcher_k8s.testing.cluster.refusals import bad_request, invalid, refusal
from launcher_k8s.testing.cluster.selectors import Selection, SelectorError, parse_fields, parse_labels

ADMINISTRATOR: Final = "system:admin"
ADMINISTRATORS: Final = ("system:masters", "system:authenticated")
META_GROUP: Final = "meta.k8s.io"
EXACT: Final = "Exact"
NOT_OLDER_THAN: Final = "NotOlderThan"


class Request(msgspec.Struct, frozen=True, gc=False):
    """One request.

    Args:
        verb: ``create``, ``get``, ``list``, ``watch``, ``update``, ``patch``, ``delete`` or
            ``deletecollection``.
        resource: The collection or object, and the subresource.
        params: The query.
        body: What was sent.
        content_type: In which format.
        user: Who asks.
        groups: Of which groups they are.
    """

    verb: str
    resource: Resource
    params: Mapping[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""
    content_type: str = JSON_MEDIA_TYPE
    user: str = ADMINISTRATOR
    groups: tuple[str, ...] = ADMINISTRATORS

    def __repr__(self) -> str:
        """Without the body, which may be long and hold secrets."""
        return f"<Request {self.verb} {self.resource} {dict(self.params)} by {self.user}>"


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The answer to a request that was not refused.

    Args:
        code: The HTTP status.
        body: An object as JSON.
        warnings: Texts for ``Warning`` headers.
    """

    code: int
    body: bytes
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without the body, which may be long and hold secrets."""
        return f"<Answer {self.code} with {len(self.warnings)} warnings>"


@attrs.frozen
class ListOptions:
    """What a list or watch is asked for."""

    selection: Selection
    limit: int = 0
    continue_token: str = ""
    resource_version: str = ""
    match: str = ""
    bookmarks: bool = False
    initial_events: bool | None = None


def list_options(kind: Kind, params: Mapping[str, str], *, watch: bool = False) -> ListOptions:
    """Read the query of a list or watch.

    Raises:
        Refusal: 400 for what cannot be read, 422 for what does not go together.
    """
    read_integer(params, "timeoutSeconds")
    options = ListOptions(
        selection=_selection(kind, params),
        limit=read_integer(params, "limit") or 0,
        continue_token=params.get("continue", ""),
        resource_version=params.get("resourceVersion", ""),
        match=params.get("resourceVersionMatch", ""),
        bookmarks=read_flag(params, "allowWatchBookmarks") or False,
        initial_events=read_flag(params, "sendInitialEvents"),
    )
    problems = _watch_problems(options) if watch else _list_problems(options)
    if problems:
        raise invalid("ListOptions", "", problems, group=META_GROUP)
    return options


def version_from(text: str) -> int:
    """The version a watch begins at, or a single object is at least of; 0 for the present one.

    Raises:
        Refusal: 500, as in the server: it is none.
    """
    if text in ("", "0"):
        return 0
    try:
        return parse_version(text)
    except ValueError as problem:
        raise refusal(500, "", str(problem)) from None


def parse_version(text: str) -> int:
    """A resource version.

    Raises:
        ValueError: It is no number; the text is the server's.
    """
    if not re.fullmatch(r"[0-9]+", text, re.ASCII):
        detail = f"strconv.ParseUint: parsing {causes.quoted(text)}: invalid syntax"
        raise ValueError(str(causes.invalid("resourceVersion", text, detail)))
    return int(text)


def field_validation(params: Mapping[str, str]) -> str:
    """How strictly unknown fields are taken: ``Ignore``, ``Warn`` or ``Strict``; ``Warn`` unless said."""
    return params.get("fieldValidation", "") or "Warn"


def dry_run(params: Mapping[str, str], options_kind: str) -> bool:
    """Whether nothing shall be stored.

    Raises:
        Refusal: Options that do not exist.
    """
    problems = []
    asked = params.get("dryRun", "")
    if asked not in ("", "All"):
        problems.append(causes.not_supported("dryRun", [asked], ("All",)))
    directive = params.get("fieldValidation", "")
    if directive not in ("", "Ignore", "Warn", "Strict"):
        problems.append(causes.not_supported("fieldValidation", directive, _DIRECTIVES))
    if problems:
        raise invalid(options_kind, "", problems, group=META_GROUP)
    return asked == "All"


def read_integer(params: Mapping[str, str], name: str) -> int | None:
    """A whole number of the query.

    Raises:
        Refusal: It is none.
    """
    text = params.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        raise bad_request(f"strconv.ParseInt: parsing {causes.quoted(text)}: invalid syntax")
    return int(text)


def read_flag(params: Mapping[str, str], name: str) -> bool | None:
    """A flag of the query: everything but ``false`` and ``0`` is true (``Convert_Slice_string_To_bool``)."""
    if name not in params:
        return None
    return params[name].lower() not in ("false", "0")


_DIRECTIVES: Final = ("", "Ignore", "Strict", "Warn")
_MATCH: Final = "resourceVersionMatch"


def _selection(kind: Kind, params: Mapping[str, str]) -> Selection:
    try:
        return Selection(
            parse_labels(params.get("labelSelector", "")), parse_fields(kind, params.get("fieldSelector", ""))
        )
    except SelectorError as problem:
        raise bad_request(str(problem)) from None


def _list_problems(options: ListOptions) -> list[Cause]:
    found = []
    if options.match:
        if not options.resource_version:
            found.append(
                causes.forbidden(_MATCH, f"{_MATCH} is forbidden unless resourceVersion is provided")
            )
        if options.continue_token:
            found.append(causes.forbidden(_MATCH, f"{_MATCH} is forbidden when continue is provided"))
        if options.match not in (EXACT, NOT_OLDER_THAN):
            found.append(causes.not_supported(_MATCH, options.match, (EXACT, NOT_OLDER_THAN, "")))
        if options.match == EXACT and options.resource_version == "0":
            found.append(causes.forbidden(_MATCH, f'{_MATCH} "exact" is forbidden for resourceVersion "0"'))
    if options.initial_events is not None:
        found.append(causes.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    return found


def _watch_problems(options: ListOptions) -> list[Cause]:
    found = []
    asked = options.initial_events is not None
    if asked and options.match != NOT_OLDER_THAN:
        found.append(
            causes.forbidden(_MATCH, f"sendInitialEvents requires setting {_MATCH} to {NOT_OLDER_THAN}")
        )
    if options.match:
        if not asked:
            detail = f"{_MATCH} is forbidden for watch unless sendInitialEvents is provided"
            found.append(causes.forbidden(_MATCH, detail))
        if options.match != NOT_OLDER_THAN:
            found.append(causes.not_supported(_MATCH, options.match, (NOT_OLDER_THAN,)))
        if options.continue_token:
            found.append(causes.forbidden(_MATCH, f"{_MATCH} is forbidden when continue is provided"))
    return found
