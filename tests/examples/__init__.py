"""The guide's published examples as whole configuration directories, for every room's tests.

Source: the Kubernetes plugin guide, "User Profiles" (both generations; the older one has no requests),
"Resource Profiles" and their restriction; ``joined`` is the restriction joined with the profiles.
Only the connection in ``launcher.kubernetes.conf`` is ours; its token is no secret.
"""

from __future__ import annotations

from pathlib import Path

EXAMPLES = ("profiles", "profiles_older", "resources", "restriction", "joined")


def example_directory(name: str) -> Path:
    """The directory of an example, to be loaded as it is."""
    return Path(__file__).parent / name


def example_files(name: str) -> dict[str, str]:
    """The files of an example, by name."""
    return {path.name: path.read_text("utf-8") for path in sorted(example_directory(name).glob("*.conf"))}
