"""``launcher-k8s rbac``: what to apply to a cluster so that a Launcher may run jobs on it, as YAML."""

from __future__ import annotations

import argparse
import shlex

import yaml

from launcher_k8s.cli.common import print_json, show
from launcher_k8s.rbac import rbac_objects, token_secret
from launcher_k8s.settings import DEFAULT_DIRECTORY

_NAMESPACE = "rstudio"
_CONNECT_NAMESPACE = "rstudio-connect"
_TOKEN_FILE = f"{DEFAULT_DIRECTORY}/launcher.kubernetes.token"
_CERTIFICATE_FILE = f"{DEFAULT_DIRECTORY}/launcher.kubernetes.ca.pem"


def rbac(arguments: argparse.Namespace) -> int:
    """Print the objects, and in comments how to use them."""
    namespace = arguments.namespace or (_CONNECT_NAMESPACE if arguments.connect else _NAMESPACE)
    account = arguments.service_account
    objects = rbac_objects(namespace, account=account, with_nodes=not arguments.no_nodes)
    if arguments.json:
        print_json({"apiVersion": "v1", "kind": "List", "items": objects})
        return 0
    way = _connect_way if arguments.connect else _launcher_way
    show("\n".join(f"# {line}".rstrip() for line in way(namespace, account)))
    show(yaml.safe_dump_all(objects, sort_keys=False, explicit_start=True), end="")
    return 0


def _launcher_way(namespace: str, account: str) -> list[str]:
    return [
        "Apply this as somebody who may make roles:",
        "  launcher-k8s rbac ... | kubectl apply -f -",
        "Write the token and the cluster's certificate where the Launcher's server reads them:",
        f"  {_reading(namespace, account, 'token')} > {_TOKEN_FILE}",
        f"  {_reading(namespace, account, 'ca.crt')} > {_CERTIFICATE_FILE}",
        f"  chown rstudio-server {_TOKEN_FILE} && chmod 600 {_TOKEN_FILE}",
        f"Name them in {DEFAULT_DIRECTORY}/launcher.kubernetes.conf:",
        f"  kubernetes-namespace={namespace}",
        f"  auth-token-path={_TOKEN_FILE}",
        f"  certificate-authority={_CERTIFICATE_FILE}",
        "See that all is well:",
        "  launcher-k8s check",
    ]


def _connect_way(namespace: str, account: str) -> list[str]:
    return [
        "Apply this as somebody who may make roles:",
        "  launcher-k8s rbac --connect ... | kubectl apply -f -",
        "Inside the cluster, run Connect's pod as this service account: nothing else need be said.",
        "Elsewhere, give Connect the token as KubernetesAuthToken under [Launcher] in rstudio-connect.gcfg,",
        "or by its environment:",
        f'  KUBERNETES_AUTH_TOKEN="$({_reading(namespace, account, "token")})"',
        "and the namespace beside it:",
        f"  KubernetesNamespace = {namespace}",
    ]


def _reading(namespace: str, account: str, key: str) -> str:
    """A command that prints one key of the Secret with the token."""
    path = shlex.quote("{.data." + key.replace(".", r"\.") + "}")
    return f"kubectl -n {namespace} get secret {token_secret(account)} -o jsonpath={path} | base64 -d"
