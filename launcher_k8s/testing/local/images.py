"""Images, which are only names here: every one is there, unless a test says otherwise."""

from __future__ import annotations

import hashlib

from launcher_k8s.testing.cluster.causes import quoted

_REGISTRY = "docker.io"


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


def _reference(name: str) -> str:
    """An image's name in full."""
    host, slash, _ = name.partition("/")
    if not slash:
        name = f"{_REGISTRY}/library/{name}"
    elif "." not in host and ":" not in host and host != "localhost":
        name = f"{_REGISTRY}/{name}"
    tagged = ":" in name.rpartition("/")[2] or "@" in name
    return name if tagged else f"{name}:latest"
