"""The extra that brings the libraries of a few functions, and what a template's author is told without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from launcher_k8s.templates.govalues.values import GoError


@contextmanager
def crypto_extra() -> Iterator[None]:
    """Around the imports of a function that needs ``cryptography`` or ``bcrypt``.

    Raises:
        GoError: They are not installed.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        raise GoError(
            f"this function needs the Python package {missing.name}, which is not installed where the job is "
            "submitted: pip install 'launcher-k8s[crypto]'"
        ) from None
