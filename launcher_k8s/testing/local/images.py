"""Images, which are only names here: every one is there, unless a test says otherwise."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from launcher_k8s.testing.cluster.causes import quoted

_REGISTRY: Final = "docker.io"
_COMPONENT: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(
    rf"[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?(?:/{_COMPONENT})+"
    r"(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)


class Images:
    """Which images are to be had."""

    def __init__(self) -> None:
        self._missing: set[str] = set()

    def missing(self, *names: str) -> None:
        """From now on these cannot be pulled."""
        self._missing.update(names)

    def present(self, *names: str) -> None:
        """From now on these can be pulled again; waiting pods find out by themselves."""
        self._missing.difference_update(names)

    def has(self, name: str) -> bool:
        """Whether an image is there."""
        return name not in self._missing


def image_id(name: str) -> str:
    """An id for an image, always the same for the same name."""
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def pull_problem(name: str) -> str:
    """What containerd says of an image that the registry does not have."""
    reference = quoted(_reference(name))
    return (
        f"failed to pull and unpack image {reference}: failed to resolve reference {reference}: "
        f"{_reference(name)}: not found"
    )


def name_problem(name: str) -> str:
    """Why a name is none of an image, in the words of ``distribution/reference``; empty if it is one."""
    domain, remainder = _split(name)
    repository = remainder.partition(":")[0]
    if repository != repository.lower():
        return f"invalid reference format: repository name ({repository}) must be lowercase"
    return "" if _NAME.fullmatch(f"{domain}/{remainder}") else "invalid reference format"


def _reference(name: str) -> str:
    """An image's name in full."""
    full = "/".join(_split(name))
    tagged = ":" in full.rpartition("/")[2] or "@" in full
    return full if tagged else f"{full}:latest"


def _split(name: str) -> tuple[str, str]:
    """The registry that is meant, and the name there."""
    first, slash, rest = name.partition("/")
    is_host = "." in first or ":" in first or first == "localhost" or first != first.lower()
    if slash and is_host:
        return first, rest
    return _REGISTRY, name if slash else f"library/{name}"
