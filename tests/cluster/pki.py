"""Keys, certificates and tokens of one cluster, made by openssl at each boot.

One authority signs the API server's serving certificate (for the node's address and for 127.0.0.1, where the
forwarder listens), the API server's client certificates towards the kubelet and aggregated APIs, and an
administrator's.
Components come as the users that Kubernetes' own roles are bound to, not as administrators.
"""

from __future__ import annotations

import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

DAYS = "30"
FRONT_PROXY = "front-proxy"
"""Who may speak to an aggregated API in the name of users: only the API server."""
LEAF = ("basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
        "extendedKeyUsage=serverAuth,clientAuth", "subjectKeyIdentifier=hash",
        "authorityKeyIdentifier=keyid")  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """Who a static token stands for."""

    user: str
    groups: str = ""


IDENTITIES = {
    "admin": Identity("admin", "system:masters"),
    "controller-manager": Identity("system:kube-controller-manager"),
    "scheduler": Identity("system:kube-scheduler"),
}


def make(folder: Path, *, node_name: str, names: list[str]) -> None:
    """Fill `folder`; `names` is the serving certificate's subjectAltName, as openssl writes it."""
    folder.mkdir(mode=0o700)
    _key(folder, "ca")
    authority = ["-days", DAYS, "-subj", "/CN=launcher-k8s test authority"]
    may_sign = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]  # Python 3.13 insists (X509_STRICT)
    _openssl(
        "req", "-x509", "-new", "-key", folder / "ca.key", "-out", folder / "ca.crt", *authority, *may_sign
    )
    _signed(folder, "serving", "/CN=kube-apiserver", f"subjectAltName={','.join(names)}")
    _signed(folder, "front-proxy", f"/CN={FRONT_PROXY}")
    _signed(folder, "kubelet-client", "/O=system:masters/CN=kube-apiserver")
    _signed(folder, "admin", "/O=system:masters/CN=admin-by-certificate")
    _key(folder, "service-account")
    _openssl("pkey", "-in", folder / "service-account.key", "-pubout", "-out", folder / "service-account.pub")
    identities = {**IDENTITIES, "kubelet": Identity(f"system:node:{node_name}", "system:nodes")}
    lines = []
    for name, identity in identities.items():
        token = secrets.token_hex(16)
        (folder / f"{name}.token").write_text(token)
        lines.append(f'{token},{identity.user},{name},"{identity.groups}"\n')
    (folder / "tokens.csv").write_text("".join(lines))


def token(folder: Path, name: str) -> str:
    return (folder / f"{name}.token").read_text()


def _key(folder: Path, name: str) -> None:
    curve = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    _openssl("genpkey", *curve, "-out", folder / f"{name}.key")


def _signed(folder: Path, name: str, subject: str, *extensions: str) -> None:
    _key(folder, name)
    request, extra = folder / f"{name}.csr", folder / f"{name}.ext"
    extra.write_text("\n".join([*LEAF, *extensions, ""]))
    _openssl("req", "-new", "-key", folder / f"{name}.key", "-subj", subject, "-out", request)
    signer: list[str | Path] = ["-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial"]
    result: list[str | Path] = ["-days", DAYS, "-extfile", extra, "-out", folder / f"{name}.crt"]
    _openssl("x509", "-req", "-in", request, *signer, *result)
    request.unlink()
    extra.unlink()


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
