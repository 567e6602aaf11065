"""A registry of images that has none: it answers a node as a real one does that will not give an image."""

from __future__ import annotations

from tests.cluster.real import RealCluster

_ANSWER = r"""#!/bin/sh
read method path rest
case $path in
*/private/*) status='401 Unauthorized';;
*/busy/*) status='429 Too Many Requests';;
*) status='404 Not Found';;
esac
printf "HTTP/1.1 $status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
"""


def add_registry(cluster: RealCluster, namespace: str, *, port: int) -> str:
    """Start it on the node, and return how the node's images name it.

    Images called ``private`` want credentials, ones called ``busy`` were asked for too often; there are no
    others.
    """
    serve = (
        f"cat > /tmp/answer <<'EOF'\n{_ANSWER}EOF\nchmod +x /tmp/answer; exec nc -ll -p {port} -e /tmp/answer"
    )
    container = {
        "name": "registry",
        "image": cluster.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", serve],
        "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "10m"}},
        "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1},
    }
    spec = {"hostNetwork": True, "terminationGracePeriodSeconds": 0, "containers": [container]}
    pods = f"/api/v1/namespaces/{namespace}/pods"
    cluster.request("POST", pods, {"metadata": {"name": "registry"}, "spec": spec})
    cluster.kubectl("wait", "-n", namespace, "pod/registry", "--for=condition=Ready", "--timeout=60s")
    return f"127.0.0.1:{port}"
