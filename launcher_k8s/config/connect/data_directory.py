"""Connect's data directory as a mount of every job: an NFS export, or a persistent volume claim.

Content finds its files where Connect has them, at ``DataDir`` of ``[Server]``. Sources: Connect's
configuration reference for ``DataDir``, the vendor's Helm chart for ``DataDirPVCName`` (domain, section 1).
"""

from __future__ import annotations

import re

from launcher_k8s.config.connect.connect_file import ConnectFile, Reading
from launcher_k8s.config.findings import Findings
from launcher_k8s.job import CLAIM_MOUNT, NFS_MOUNT, Mount, MountSource
from launcher_k8s.naming import OBJECT_NAME_FORM, is_object_name
from launcher_k8s.origin import Origin
from launcher_k8s.settings.connect import CONNECT_DATA_DIR
from launcher_k8s.wording import quote

# An IPv6 address stands in brackets here, and without them in a volume.
_EXPORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/\[\]]+)):(/\S*)")
_EXPORT_HINT = "write host:/path, such as nfs.example.com:/exports/connect"


def read_data_mount(file: ConnectFile, findings: Findings) -> tuple[Mount, Origin] | None:
    """The mount, and where its source is stated; None where there is none, or it cannot be read.

    Args:
        file: Connect's file.
        findings: Told of every problem.
    """
    values = file.launcher.values
    export, claim = values.get("data_dir"), values.get("data_dir_pvc_name")
    if export and claim:
        message = f"DataDir ({export.origin}) is set too: the data can be mounted from one of them only"
        findings.report("two-data-dirs", claim.location, message, "remove one of the two")
    path = _mount_path(file, findings)
    sources = (_export(export, findings), _claim(claim, findings))
    stated = export or claim
    source = next((source for source in sources if source), None)
    return (Mount(path, source), stated.origin) if path and source and stated else None


def _mount_path(file: ConnectFile, findings: Findings) -> str:
    stated = file.server.values.get("data_dir")
    if stated is None:
        return CONNECT_DATA_DIR
    path: str = stated.value
    if not path.startswith("/") or ".." in path.split("/") or ":" in path:
        message = f"nothing can be mounted at {quote(path)}"
        hint = "write an absolute path without .. and without a colon"
        findings.report("bad-value", stated.location, message, hint)
        return ""
    return path


def _export(stated: Reading | None, findings: Findings) -> MountSource | None:
    if stated is None:
        return None
    match = _EXPORT.fullmatch(stated.value)
    if match is None or ".." in match[3].split("/"):
        message = f"{quote(stated.value)} is no NFS export"
        findings.report("bad-value", stated.location, message, _EXPORT_HINT)
        return None
    return MountSource(NFS_MOUNT, {"host": match[1] or match[2], "path": match[3]})


def _claim(stated: Reading | None, findings: Findings) -> MountSource | None:
    if stated is None:
        return None
    if not is_object_name(stated.value):
        message = f"no persistent volume claim can be called {quote(stated.value)}"
        findings.report("bad-value", stated.location, message, f"write {OBJECT_NAME_FORM}")
        return None
    return MountSource(CLAIM_MOUNT, {"ClaimName": stated.value})
