"""Lists and single objects as the server writes them.

``k8s.io/apiserver/pkg/storage/etcd3/store.go`` decides at which version a page is read and when a list has
more.
"""

from __future__ import annotations

from itertools import islice

import attrs
import msgspec

from launcher_k8s.testing.cluster.kinds import Kind
from launcher_k8s.testing.cluster.paging import encode_token, place_of, too_old
from launcher_k8s.testing.cluster.requests import ListOptions
from launcher_k8s.testing.cluster.store import Store, Stored, TooOldError


@attrs.frozen
class Page:
    """One page of a list.

    Args:
        items: The objects.
        version: The version they were read at.
        continue_token: What the next page is asked for with; empty after the last.
        remaining: How many objects follow, where that is known.
    """

    items: tuple[Stored, ...]
    version: int
    continue_token: str = ""
    remaining: int = 0


def read_page(store: Store, kind: Kind, namespace: str, options: ListOptions) -> Page:
    """Read one page of a collection.

    Raises:
        Refusal: A version or token that is too old, not reached yet, or not to be read.
    """
    prefix = f"{namespace}/" if namespace else ""
    place = place_of(options, prefix=prefix, present=store.version)
    version = place.version or store.version
    try:
        table = store.as_of(kind, version)
    except TooOldError:
        raise too_old(place, prefix=prefix) from None
    walk = table.walk(prefix, place.start)
    if options.selection:
        walk = options.selection.select(walk)
    if options.limit <= 0:
        return Page(tuple(walk), version)
    items = tuple(islice(walk, options.limit))
    if next(walk, None) is None:
        return Page(items, version)
    token = encode_token(items[-1].key, prefix=prefix, version=version)
    follow = 0 if options.selection else table.count(prefix, items[-1].key) - 1
    return Page(items, version, token, follow)


def write_page(kind: Kind, page: Page) -> bytes:
    """A page as JSON."""
    metadata: dict[str, object] = {"resourceVersion": str(page.version)}
    if page.continue_token:
        metadata["continue"] = page.continue_token
    if page.remaining:
        metadata["remainingItemCount"] = page.remaining
    return b'{"kind":"%bList","apiVersion":"%b","metadata":%b,"items":[%b]}' % (
        kind.kind.encode(),
        kind.api_version.encode(),
        msgspec.json.encode(metadata),
        b",".join(stored.item for stored in page.items),
    )
