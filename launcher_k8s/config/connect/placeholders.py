"""What a guide's example leaves to the reader, ``<...>``, and a reader has left in a value."""

from __future__ import annotations

import re

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.wording import quote

_PLACEHOLDER = re.compile(r"<[^<>\s][^<>]*>")


def refuse_placeholder(text: str) -> None:
    """Refuse a value that holds a placeholder: it could name nothing that there is.

    Raises:
        BadValueError: There is one.
    """
    if found := _PLACEHOLDER.search(text):
        message = f"the placeholder {quote(found[0])} is still in the value"
        raise BadValueError(message, hint="replace it, with its < and >", code="placeholder")
