"""What a pod tells about its own cluster, for settings that the files leave unset.

Kubernetes gives each pod the API server's address in its environment, and its service account's token
and certificates in a directory. The directory's ``namespace`` is not read: ``kubernetes-namespace`` keeps
its default. Source: the Kubernetes plugin guide (domain, section 1, "Inside a pod").
"""

from __future__ import annotations

from collections.abc import Mapping

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.certificates import check_certificates
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.main_file import MainFile
from launcher_k8s.config.reading import FileReader, FileText
from launcher_k8s.config.table import CLUSTER_KEYS
from launcher_k8s.config.values import read_value
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import Origin, OriginKind

SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"
HOST = "KUBERNETES_SERVICE_HOST"
PORT = "KUBERNETES_SERVICE_PORT"


def fill_in(main: MainFile, read: FileReader, *, environ: Mapping[str, str], findings: Findings) -> MainFile:
    """A cluster's settings, completed inside a pod and unchanged elsewhere.

    Args:
        main: What the files set; a key that is set and empty stays so.
        read: Reads the service account's files.
        environ: The environment; it is a pod's where it has both host and port of the API server.
        findings: Told of an address or file that cannot be used.
    """
    if not environ.get(HOST) or not environ.get(PORT):
        return main
    if not main.sets("api_url"):
        main = _with_api_url(main, environ[HOST], environ[PORT], findings)
    if not main.sets("auth_token", "auth_token_path"):
        main = _with_token(main, read, findings)
    if not main.sets("certificate_authority"):
        main = _with_certificates(main, read, findings)
    return main


def _with_api_url(main: MainFile, host: str, port: str, findings: Findings) -> MainFile:
    bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
    try:
        url = read_value(CLUSTER_KEYS["api-url"].option, f"https://{bracketed}:{port}")
    except BadValueError as problem:
        hint = f"set {main.keys['api_url']} in the file"
        variable = HOST if port.isdecimal() and port.isascii() and 0 < int(port[:9]) < 2**16 else PORT
        findings.report("bad-value", Location("environment", key=variable), problem.message, hint)
        return main.without_value("api_url")
    return main.with_value("api_url", url, Origin(OriginKind.ENVIRONMENT, key=HOST))


def _with_token(main: MainFile, read: FileReader, findings: Findings) -> MainFile:
    """The token's path, not its text: the kubelet rotates the file."""
    file = _read(f"{SERVICE_ACCOUNT_DIRECTORY}/token", read, findings)
    if file is None:
        return main
    return main.with_value("auth_token_path", file.path, Origin.in_file(file.path, 1))


def _with_certificates(main: MainFile, read: FileReader, findings: Findings) -> MainFile:
    file = _read(f"{SERVICE_ACCOUNT_DIRECTORY}/ca.crt", read, findings)
    if file is None:
        return main
    try:
        pem = check_certificates(file.data.decode("utf-8", "replace"))
    except BadValueError as problem:
        key = main.keys.get("certificate_authority")
        hint = f"set {key}; empty means the system's own" if key else "mend the service account's file"
        findings.report("bad-value", Location(file.path), problem.message, hint)
        return main
    return main.with_value("certificate_authority", pem, Origin.in_file(file.path, 1))


def _read(path: str, read: FileReader, findings: Findings) -> FileText | None:
    file = read(path)
    if isinstance(file, FileText):
        return file
    if not file.absent:
        message = f"the pod's service account file cannot be read: {file.reason}"
        findings.report(
            "unreadable-service-account", Location(path), message, "give this account read access to it"
        )
    return None
