"""Where a list goes on: the continue tokens, and the version a page is read at.

A token names a version and a place among the keys, as ``k8s.io/apiserver/pkg/storage/continue.go`` writes
it. A version that has been forgotten is answered with 410 and a token that goes on at the present version
instead, which may miss or repeat what changed in between.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import attrs
import msgspec

from launcher_k8s.testing.cluster.bodies import BodyError, parse_json
from launcher_k8s.testing.cluster.refusals import bad_request, expired, too_large_version
from launcher_k8s.testing.cluster.requests import EXACT, ListOptions, parse_version

LATEST: Final = -1
"""The version in a token that goes on at whatever is present."""

LIST_TOO_OLD: Final = "The resourceVersion for the provided list is too old."
INCONSISTENT: Final = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new "
    "list without the continue parameter, or use the continue token in this response to retrieve the "
    "remainder of the results. Continuing with the provided token results in an inconsistent list - objects "
    "that were created, modified, or deleted between the time the first chunk was returned and now may show "
    "up in the list."
)
_NOT_VALID: Final = "invalid continue token: continue key is not valid"


class _Token(msgspec.Struct):
    v: str = ""
    rv: int = 0
    start: str = ""


@attrs.frozen
class Place:
    """Where a list begins.

    Args:
        version: The version to read at, 0 for the present one.
        start: The first key that may be in it.
        goes_on: Whether a token led here.
    """

    version: int = 0
    start: str = ""
    goes_on: bool = False


def place_of(options: ListOptions, *, prefix: str, present: int) -> Place:
    """Where a list begins that was asked for so.

    Args:
        options: What was asked for.
        prefix: What the keys of the collection begin with.
        present: The store's version.

    Raises:
        Refusal: A token or version that cannot be read or is not reached yet.
    """
    if options.continue_token:
        place = decode_token(options.continue_token, prefix=prefix)
        if options.resource_version not in ("", "0"):
            raise bad_request("specifying resource version is not allowed when using continue")
        return place
    if not options.resource_version:
        return Place()
    try:
        version = parse_version(options.resource_version)
    except ValueError as problem:
        raise bad_request(f"invalid resource version: {problem}") from None
    if version > present:
        raise too_large_version(version, present)
    exact = options.match == EXACT or (not options.match and options.limit > 0)
    return Place(version if exact else 0)


def encode_token(last_key: str, *, prefix: str, version: int) -> str:
    """A token for what follows a key."""
    return _encode(last_key.removeprefix(prefix) + "\0", version)


def decode_token(token: str, *, prefix: str) -> Place:
    """The place a token names.

    Raises:
        Refusal: 400, it is no token.
    """
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        read = msgspec.convert(parse_json(data), _Token)
    except (binascii.Error, msgspec.ValidationError, BodyError) as problem:
        raise bad_request(f"{_NOT_VALID}: {problem}") from None
    if read.v != "meta.k8s.io/v1":
        raise bad_request(f"{_NOT_VALID}: server does not recognize this encoded version {read.v}")
    if not read.rv:
        raise bad_request(f"{_NOT_VALID}: incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
    if not read.start:
        raise bad_request(f"{_NOT_VALID}: encoded start key empty (version meta.k8s.io/v1)")
    return Place(max(read.rv, 0), prefix + read.start, goes_on=True)


def too_old(place: Place, *, prefix: str) -> Exception:
    """The refusal of a version that is forgotten."""
    if not place.goes_on:
        return expired(LIST_TOO_OLD)
    return expired(INCONSISTENT, continue_token=_encode(place.start.removeprefix(prefix), LATEST))


def _encode(start: str, version: int) -> str:
    data = msgspec.json.encode(_Token("meta.k8s.io/v1", version, start))
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
