"""Configuration directories that reach the real cluster."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.cluster.real import RealCluster


def configuration(
    directory: Path,
    cluster: RealCluster,
    namespace: str,
    *,
    profiles: str = "",
    resources: str = "",
    main: str = "",
    api_url: str = "",
) -> Path:
    """Write a directory for a cluster and namespace; `main` holds further lines of the main file."""
    directory.mkdir()
    token = directory / "token"
    token.write_text(cluster.token + "\n")
    token.chmod(0o600)
    authority = base64.b64encode(cluster.ca_pem.encode()).decode()
    (directory / "launcher.kubernetes.conf").write_text(
        f"api-url={api_url or cluster.api_url}\n"
        f"auth-token-path={token}\n"
        f"certificate-authority={authority}\n"
        f"kubernetes-namespace={namespace}\n"
        f"{main}\n"
    )
    if profiles:
        (directory / "launcher.kubernetes.profiles.conf").write_text(profiles)
    if resources:
        (directory / "launcher.kubernetes.resources.conf").write_text(resources)
    return directory
