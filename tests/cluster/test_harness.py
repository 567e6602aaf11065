"""What the harness promises of its cluster: the things that the library's tests will lean on."""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cluster import external
from tests.cluster.api import Api, ApiError
from tests.cluster.real import NotOurs, RealCluster
from tests.cluster.waiting import until


def container(image: str, *command: str, **more: Any) -> dict[str, Any]:
    return {"name": "main", "image": image, "command": list(command), **more}


def job(name: str, the_container: dict[str, Any], **pod: Any) -> dict[str, Any]:
    spec = {"restartPolicy": "Never", "containers": [the_container], **pod}
    return {"metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": {"spec": spec}}}


def submit(cluster: RealCluster, namespace: str, body: dict[str, Any]) -> None:
    cluster.request("POST", f"/apis/batch/v1/namespaces/{namespace}/jobs", body)


def pods(cluster: RealCluster, namespace: str) -> list[Any]:
    return list(cluster.request("GET", f"/api/v1/namespaces/{namespace}/pods")["items"])


def container_state(cluster: RealCluster, namespace: str, kind: str) -> Any:
    """Wait until the (only) pod's container is waiting, running or terminated, with a reason if waiting."""

    def found() -> Any:
        for pod in pods(cluster, namespace):
            for status in pod["status"].get("containerStatuses", []):
                state = status["state"].get(kind)
                if state and state.get("reason") != "ContainerCreating":
                    return state
        return None

    return until(found, f"container {kind}", within_s=60, evidence=lambda: cluster.log_tail("kubelet"))


def test_a_job_ends_with_its_exit_code_and_output(real_cluster: RealCluster, namespace: str) -> None:
    script = "cat /etc/hosts; echo to-stderr >&2; exit 3"
    aliases = [{"ip": "10.1.1.1", "hostnames": ["alpha", "beta"]}]
    body = job("ends", container(real_cluster.image, "/bin/sh", "-c", script), hostAliases=aliases)
    submit(real_cluster, namespace, body)
    assert container_state(real_cluster, namespace, "terminated")["exitCode"] == 3

    def is_whole() -> bool:  # containerd writes what came last a little after it has told the end
        output = real_cluster.kubectl("logs", "-n", namespace, "job/ends")
        return "10.1.1.1\talpha\tbeta" in output and "to-stderr" in output

    until(is_whole, "both streams are in the log", within_s=30)
    failed = real_cluster.kubectl(
        "wait", "--for=condition=Failed", "-n", namespace, "job/ends", "--timeout=60s"
    )
    assert "condition met" in failed


def test_exec_reaches_a_running_container(real_cluster: RealCluster, namespace: str) -> None:
    submit(real_cluster, namespace, job("runs", container(real_cluster.image, "/bin/sleep", "600")))
    container_state(real_cluster, namespace, "running")
    arguments = ("exec", "-i", "-n", namespace, "job/runs", "--", "/bin/sh", "-c", "cat; echo and more")
    assert real_cluster.kubectl(*arguments, input="typed ") == "typed and more\n"


def test_too_much_memory_is_killed(real_cluster: RealCluster, namespace: str) -> None:
    limits = {"resources": {"limits": {"memory": "32Mi"}}}
    grow = container(real_cluster.image, "/bin/sh", "-c", "x=0123456789; while :; do x=$x$x; done", **limits)
    submit(real_cluster, namespace, job("grows", grow))
    state = container_state(real_cluster, namespace, "terminated")
    assert (state["reason"], state["exitCode"]) == ("OOMKilled", 137)


def test_an_image_that_is_not_there_is_told_at_once(real_cluster: RealCluster, namespace: str) -> None:
    submit(real_cluster, namespace, job("pulls", container("localhost/nowhere:1", "/bin/true")))
    assert container_state(real_cluster, namespace, "waiting")["reason"] in (
        "ErrImagePull",
        "ImagePullBackOff",
    )


def test_the_image_without_a_shell_has_none(real_cluster: RealCluster, namespace: str) -> None:
    body = job("bare", container(real_cluster.noshell_image, "/noshell", "obey", "print", "here", "forever"))
    submit(real_cluster, namespace, body)
    container_state(real_cluster, namespace, "running")
    with pytest.raises(Exception, match="no such file"):
        real_cluster.kubectl("exec", "-n", namespace, "job/bare", "--", "/bin/sh", "-c", "true")
    real_cluster.kubectl("exec", "-n", namespace, "job/bare", "--", "/noshell", "exit", "0")
    real_cluster.request(
        "DELETE", f"/apis/batch/v1/namespaces/{namespace}/jobs/bare?propagationPolicy=Background"
    )
    until(lambda: not pods(real_cluster, namespace), "the pod's end on TERM", within_s=20)


def test_volumes_and_privilege(real_cluster: RealCluster, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}"
    real_cluster.request(
        "POST", f"{path}/configmaps", {"metadata": {"name": "c"}, "data": {"key": "from map"}}
    )
    real_cluster.request(
        "POST", f"{path}/secrets", {"metadata": {"name": "s"}, "stringData": {"key": "from secret"}}
    )
    volumes = [{"name": "c", "configMap": {"name": "c"}}, {"name": "s", "secret": {"secretName": "s"}}]
    mounts = [{"name": "c", "mountPath": "/c"}, {"name": "s", "mountPath": "/s"}]
    script = "cat /c/key /s/key; mount -t tmpfs none /tmp && echo privileged"
    privileged = {"volumeMounts": mounts, "securityContext": {"privileged": True}}
    main = container(real_cluster.image, "/bin/sh", "-c", script, **privileged)
    submit(real_cluster, namespace, job("mounts", main, volumes=volumes))
    container_state(real_cluster, namespace, "terminated")
    assert real_cluster.kubectl("logs", "-n", namespace, "job/mounts") == "from mapfrom secretprivileged\n"


def test_a_bound_token_may_only_what_is_granted(real_cluster: RealCluster, namespace: str) -> None:
    token = real_cluster.service_account_token(namespace, duration_s=600)
    user = Api(real_cluster.api_url, token, real_cluster.ca_pem)
    jobs = f"/apis/batch/v1/namespaces/{namespace}/jobs"
    with pytest.raises(ApiError, match="403"):
        user.request("GET", jobs)
    role = f"--serviceaccount={namespace}:default"
    real_cluster.kubectl("create", "rolebinding", "view", "--clusterrole=view", role, "-n", namespace)
    until(lambda: user.exists(jobs), "the role", within_s=30)


def test_the_node_takes_labels(real_cluster: RealCluster) -> None:
    real_cluster.label_node({"example.com/pool": "gpu"})
    try:
        assert real_cluster.node_name in real_cluster.kubectl("get", "nodes", "-l", "example.com/pool=gpu")
    finally:
        real_cluster.label_node({"example.com/pool": None})
    assert (
        "example.com/pool" not in real_cluster.kubectl_json("get", "nodes")["items"][0]["metadata"]["labels"]
    )


def test_another_forwarder_is_ones_own(real_cluster: RealCluster) -> None:
    with real_cluster.new_forwarder() as forwarder:
        own = Api(f"https://127.0.0.1:{forwarder.port}", real_cluster.token, real_cluster.ca_pem)
        assert own.ready()
        forwarder.refuse()
        with pytest.raises(ConnectionRefusedError):
            own.ready()
        assert real_cluster.api.ready()
        forwarder.resume()
        assert own.ready()


@pytest.mark.parametrize("tls", [True, False])
def test_a_lost_answer_was_applied(real_cluster: RealCluster, namespace: str, tls: bool) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    with real_cluster.tap(tls=tls) as tap:
        lost = tap.drop_answers("POST", r"/configmaps$")
        body = {"metadata": {"name": "once"}}
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            ask(real_cluster, tap.url, "POST", path, body)
        assert lost.hits == 1
        assert ask(real_cluster, tap.url, "POST", path, body)[0] == 409
        assert [seen.status for seen in tap.requests] == [201, 409]


def test_a_tap_can_answer_itself(real_cluster: RealCluster, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    with real_cluster.tap() as tap:
        tap.answer(429, "POST", r"/configmaps$", retry_after_s=7)
        dropped = tap.drop_requests("POST", r"/configmaps$")
        status, headers, text = ask(real_cluster, tap.url, "POST", path, {"metadata": {"name": "x"}})
        assert (status, headers["Retry-After"]) == (429, "7")
        assert json.loads(text)["details"] == {"retryAfterSeconds": 7}
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            ask(real_cluster, tap.url, "POST", path, {"metadata": {"name": "x"}})
        assert dropped.hits == 1
        assert not real_cluster.api.exists(f"{path}/x")


def test_a_tap_passes_streams_and_cuts_them(real_cluster: RealCluster, namespace: str) -> None:
    script = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done"
    submit(real_cluster, namespace, job("prints", container(real_cluster.image, "/bin/sh", "-c", script)))
    container_state(real_cluster, namespace, "terminated")
    pod = pods(real_cluster, namespace)[0]["metadata"]["name"]
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
    whole = real_cluster.request("GET", path)
    with real_cluster.tap() as tap:
        tap.cut_streams(1000, "GET", r"/log$")
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            ask(real_cluster, tap.url, "GET", path)
        assert ask(real_cluster, tap.url, "GET", path)[2] == whole


def test_a_tap_passes_websockets(real_cluster: RealCluster, namespace: str) -> None:
    submit(real_cluster, namespace, job("runs", container(real_cluster.image, "/bin/sleep", "600")))
    container_state(real_cluster, namespace, "running")
    with real_cluster.tap() as tap:
        through = ("--server", tap.url, "exec", "-i", "-n", namespace, "job/runs", "--", "/bin/cat")
        assert real_cluster.kubectl(*through, input="typed") == "typed"
        assert 101 in [seen.status for seen in tap.requests]


def test_a_kubeconfig_of_somebody_else(real_cluster: RealCluster, tmp_path: Path) -> None:
    """With a client certificate: a token is made for the tests, and goes again; what is ours alone skips."""
    foreign = tmp_path / "kubeconfig"
    shutil.copy(real_cluster.certificate_kubeconfig, foreign)
    with external.external(str(foreign)) as cluster:
        assert cluster.ca_pem == real_cluster.ca_pem
        assert cluster.node_name == real_cluster.node_name
        made = [item["metadata"]["name"] for item in cluster.kubectl_json("get", "ns")["items"]]
        assert any(name.startswith("launcher-k8s-tests-") for name in made)
        with pytest.raises(NotOurs, match="killing the API server: only with"):
            cluster.kill_api_server()
    bindings = real_cluster.kubectl("get", "clusterrolebindings")
    assert "launcher-k8s-tests-" not in bindings


def ask(
    cluster: RealCluster, url: str, method: str, path: str, body: Any = None
) -> tuple[int, http.client.HTTPMessage, str]:
    """One request without the conveniences: status, headers and text as they came."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    assert parts.hostname
    if parts.scheme == "https":
        context = ssl.create_default_context(cadata=cluster.ca_pem)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=20, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    headers = {"Authorization": f"Bearer {cluster.token}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def test_the_kubeconfig_says_what_the_attributes_say(real_cluster: RealCluster) -> None:
    config = real_cluster.kubectl_json("config", "view", "--raw")
    cluster = config["clusters"][0]["cluster"]
    assert cluster["server"] == real_cluster.api_url
    assert base64.b64decode(cluster["certificate-authority-data"]).decode() == real_cluster.ca_pem
    assert real_cluster.ca_file is not None
    assert real_cluster.ca_file.read_text() == real_cluster.ca_pem
    assert real_cluster.version.startswith("v1.")
