"""What reaching the cluster needs: its address, a token, who can read it, and trust.

None of this but an impossible namespace stops planning, so it is told here and refused only when a backend
is entered.
"""

from __future__ import annotations

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.in_pod import SERVICE_ACCOUNT_DIRECTORY
from launcher_k8s.config.main_file import MainFile
from launcher_k8s.config.masking import shown_path
from launcher_k8s.config.reading import FileReader, FileText, ReadFailure
from launcher_k8s.config.sources import Sources
from launcher_k8s.diagnostics import Location
from launcher_k8s.naming import DNS_LABEL_FORM, is_dns_label
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.wording import quote

_READABLE_BY_OTHERS = 0o004
_TOKENS = ("auth_token_path", "auth_token")


def check_connection(
    cluster: ClusterSettings, main: MainFile, read: FileReader, sources: Sources, findings: Findings
) -> None:
    """Report what will be missing, or is dangerous, once the cluster is to be reached."""
    if not is_dns_label(cluster.namespace):
        where = sources.at(cluster.origin("namespace"))
        message = f"no namespace can be called {quote(cluster.namespace)}"
        findings.report("bad-value", where, message, f"write {DNS_LABEL_FORM}")
    _check_presence(cluster, main, findings)
    if cluster.auth_token and cluster.auth_token_path:
        where = sources.at(cluster.origin("auth_token"))
        message = f"auth-token-path ({cluster.origin('auth_token_path')}) is set too, and wins"
        findings.report("two-tokens", where, message, "remove one of the two")
    if not cluster.verify_ssl_certs:
        where = sources.at(cluster.origin("verify_ssl_certs"))
        message = "the API server's certificate is not verified: anybody between could take the token"
        findings.report("unverified-certificates", where, message, "set certificate-authority instead")
    if cluster.auth_token_path and not cluster.auth_token_path.startswith(SERVICE_ACCOUNT_DIRECTORY):
        _check_token_file(cluster, read(cluster.auth_token_path), sources, findings)


def _check_presence(cluster: ClusterSettings, main: MainFile, findings: Findings) -> None:
    """Report what is not set; what is set to something that cannot be read has been reported as that."""
    where = Location(main.path)
    if not cluster.api_url and "api_url" not in main.unread:
        key = main.keys["api_url"]
        message = f"{key} is not set: jobs can be planned, not submitted"
        findings.report("missing-api-url", where, message, f"add {key}=https://HOST:PORT")
    if not cluster.auth_token and not cluster.auth_token_path and main.unread.isdisjoint(_TOKENS):
        keys = [main.keys[field] for field in _TOKENS if field in main.keys]
        unset = f"neither {' nor '.join(keys)} is" if len(keys) > 1 else f"{keys[0]} is not"
        hint = f"add {keys[0]}={'FILE' if len(keys) > 1 else 'TOKEN'}"
        message = f"{unset} set: jobs can be planned, not submitted"
        findings.report("missing-token", where, message, hint)


def _check_token_file(
    cluster: ClusterSettings, file: FileText | ReadFailure, sources: Sources, findings: Findings
) -> None:
    where = sources.at(cluster.origin("auth_token_path"))
    path = shown_path(file.path)
    if isinstance(file, ReadFailure):
        message = f"the token file {path} cannot be read: {file.reason}"
        findings.report("unreadable-token", where, message, f"{cluster.server_user} must be able to read it")
        return
    if not file.data.strip():
        hint = "write the token into it, alone and on one line"
        findings.report("unreadable-token", where, f"the token file {path} is empty", hint)
    if file.mode is not None and file.mode & _READABLE_BY_OTHERS:
        message = f"every account can read the token file {path} (mode {file.mode:04o})"
        findings.report("exposed-token", where, message, f"chmod 0600 {path}")
    if file.owner is not None and file.owner not in ("root", cluster.server_user):
        message = f"the token file {path} belongs to {file.owner}, who can replace it"
        findings.report("foreign-token", where, message, f"chown {cluster.server_user} {path}")
