from __future__ import annotations

import pytest
import yaml

from launcher_k8s import rbac_objects
from tests.cli_runs import Cli


def test_what_is_printed_are_the_objects(cli: Cli) -> None:
    done = cli("rbac", "--namespace", "jobs", "--service-account", "launcher")
    assert list(yaml.safe_load_all(done.out)) == list(rbac_objects("jobs", account="launcher"))


@pytest.mark.parametrize(
    ("flags", "namespace"),
    [((), "rstudio"), (("--connect",), "rstudio-connect"), (("--namespace", "a"), "a")],
)
def test_the_namespace_is_the_products_own_unless_said(
    cli: Cli, flags: tuple[str, ...], namespace: str
) -> None:
    first = next(yaml.safe_load_all(cli("rbac", *flags).out))
    assert first["metadata"]["name"] == namespace


def test_without_nodes_there_is_no_role_in_the_whole_cluster(cli: Cli) -> None:
    assert "ClusterRole" not in cli("rbac", "--no-nodes").out


def test_it_says_how_to_write_the_token_file(cli: Cli) -> None:
    told = cli("rbac", "--namespace", "jobs").out
    assert "kubectl -n jobs get secret job-launcher-token" in told
    assert "auth-token-path=/etc/rstudio/launcher.kubernetes.token" in told


def test_it_says_how_connect_gets_the_token(cli: Cli) -> None:
    told = cli("rbac", "--connect").out
    assert "KUBERNETES_AUTH_TOKEN" in told
    assert "auth-token-path" not in told


def test_json_is_a_list_that_can_be_applied(cli: Cli) -> None:
    listed = cli("rbac", "--json").json
    assert listed["kind"] == "List"
    assert listed["items"][0]["kind"] == "Namespace"


def test_a_namespace_that_cannot_be_is_refused(cli: Cli) -> None:
    done = cli("rbac", "--namespace", "No_Such")
    assert done.code == 1
    assert "no namespace can be called 'No_Such'" in done.err
