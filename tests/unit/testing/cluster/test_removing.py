from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from launcher_k8s.connection import Resource
from launcher_k8s.testing.cluster.api import Api
from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, POD

Asker = Any
Make = Callable[..., dict[str, Any]]


def test_a_config_map_goes_at_once_and_a_status_tells_which(
    ask: Asker, maps: Resource, new_map: Make
) -> None:
    uid = ask("create", maps, new_map("a")).body["metadata"]["uid"]

    gone = ask("delete", maps.named("a"))

    assert gone.code == 200
    assert gone.body == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {"name": "a", "kind": "configmaps", "uid": uid},
    }
    assert ask("delete", maps.named("a")).code == 404


def test_a_finalizer_keeps_an_object_until_it_is_taken_away(
    ask: Asker, maps: Resource, new_map: Make
) -> None:
    ask("create", maps, new_map("a", finalizers=["x.io/y"]))

    marked = ask("delete", maps.named("a")).body

    assert marked["metadata"]["deletionTimestamp"] == "2026-01-02T12:00:00Z"
    assert marked["metadata"]["deletionGracePeriodSeconds"] == 0
    assert ask("get", maps.named("a")).code == 200
    ask("patch", maps.named("a"), {"metadata": {"finalizers": None}})
    assert ask("get", maps.named("a")).code == 404


def test_a_running_pod_is_given_its_time(ask: Asker, api: Api, pods: Resource, new_pod: Make) -> None:
    ask("create", pods, new_pod("p", node="n"))

    marked = ask("delete", pods.named("p"), {"gracePeriodSeconds": 30}).body

    assert marked["metadata"]["deletionTimestamp"] == "2026-01-02T12:00:30Z"
    assert marked["metadata"]["deletionGracePeriodSeconds"] == 30
    assert marked["metadata"]["generation"] == 2
    assert api.find(POD, "p", "default") is not None


def test_the_time_of_a_pod_can_only_be_shortened(
    ask: Asker, clock: Any, pods: Resource, new_pod: Make
) -> None:
    ask("create", pods, new_pod("p", node="n"))
    first = ask("delete", pods.named("p"), {"gracePeriodSeconds": 30}).body
    clock.advance(5)

    assert ask("delete", pods.named("p"), {"gracePeriodSeconds": 60}).body == first
    shorter = ask("delete", pods.named("p"), {"gracePeriodSeconds": 10}).body
    assert shorter["metadata"]["deletionTimestamp"] == "2026-01-02T12:00:10Z"
    assert ask("delete", pods.named("p"), {"gracePeriodSeconds": 0}).code == 200
    assert ask("get", pods.named("p")).code == 404


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_goes_at_once(
    ask: Asker, api: Api, pods: Resource, new_pod: Make, phase: str
) -> None:
    ask("create", pods, new_pod("p", node="n"))
    api.change(POD, "p", "default", lambda pod: {**pod, "status": {"phase": phase}})

    assert ask("delete", pods.named("p")).body["kind"] == "Pod"
    assert ask("get", pods.named("p")).code == 404


def test_a_pod_that_nobody_runs_goes_at_once(ask: Asker, pods: Resource, new_pod: Make) -> None:
    ask("create", pods, new_pod("p"))
    ask("delete", pods.named("p"))

    assert ask("get", pods.named("p")).code == 404


def test_another_object_of_that_name_is_not_deleted(ask: Asker, maps: Resource, new_map: Make) -> None:
    uid = ask("create", maps, new_map("a")).body["metadata"]["uid"]

    refused = ask("delete", maps.named("a"), {"preconditions": {"uid": "x"}})

    assert refused.code == 409
    assert refused.body["details"] == {"name": "a", "kind": "ConfigMap"}
    assert refused.body["message"] == (
        'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the '
        f"UID in record ({uid}). The object might have been deleted and then recreated"
    )
    assert ask("delete", maps.named("a"), {"preconditions": {"uid": uid}}).code == 200


def test_another_version_is_not_deleted(ask: Asker, maps: Resource, new_map: Make) -> None:
    ask("create", maps, new_map("a"))

    refused = ask("delete", maps.named("a"), {"preconditions": {"resourceVersion": "1"}})

    assert "the ResourceVersion in the precondition (1) does not match" in refused.body["message"]


def test_a_dry_run_deletes_nothing(ask: Asker, api: Api, maps: Resource, new_map: Make) -> None:
    ask("create", maps, new_map("a"))

    assert ask("delete", maps.named("a"), params={"dryRun": "All"}).code == 200
    assert api.find(CONFIG_MAP, "a", "default") is not None


@pytest.mark.parametrize(
    ("body", "params", "code", "message"),
    [
        (
            None,
            {"propagationPolicy": "foo"},
            422,
            (
                'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "foo": '
                'supported values: "Foreground", "Background", "Orphan", "nil"'
            ),
        ),
        (
            {"propagationPolicy": "Background", "orphanDependents": True},
            {},
            422,
            (
                'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Background": '
                "orphanDependents and deletionPropagation cannot be both set"
            ),
        ),
        (None, {"gracePeriodSeconds": "x"}, 400, 'strconv.ParseInt: parsing "x": invalid syntax'),
        (
            b"{nope",
            {},
            400,
            (
                "couldn't get version/kind; json parse error: invalid character 'n' looking for beginning of "
                "object key string"
            ),
        ),
    ],
)
def test_options_that_make_no_sense(
    ask: Asker, maps: Resource, new_map: Make, body: object, params: Any, code: int, message: str
) -> None:
    ask("create", maps, new_map("a"))

    refused = ask("delete", maps.named("a"), body, params=params)

    assert (refused.code, refused.body["message"]) == (code, message)
