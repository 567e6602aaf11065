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
    token: str = "",
) -> Path:
    """Write a directory for a cluster and namespace; `main` holds further lines of the main file.

    The token is the administrator's, unless another is given.
    """
    directory.mkdir()
    token_file = directory / "token"
    token_file.write_text((token or cluster.token) + "\n")
    token_file.chmod(0o600)
    authority = base64.b64encode(cluster.ca_pem.encode()).decode()
    (directory / "launcher.kubernetes.conf").write_text(
        f"api-url={api_url or cluster.api_url}\n"
        f"auth-token-path={token_file}\n"
        f"certificate-authority={authority}\n"
        f"kubernetes-namespace={namespace}\n"
        f"{main}\n"
    )
    if profiles:
        (directory / "launcher.kubernetes.profiles.conf").write_text(profiles)
    if resources:
        (directory / "launcher.kubernetes.resources.conf").write_text(resources)
    return directory
