from __future__ import annotations

import subprocess
import sys

import pytest

from launcher_k8s.errors import NotSupportedError
from launcher_k8s.plan import plan_job
from launcher_k8s.schemas import check_overrides, check_schema, findings_in
from launcher_k8s.schemas.library import is_installed, load_schemas
from launcher_k8s.settings import ClusterSettings
from tests.unit.schemas.overriding import overriding
from tests.unit.schemas.test_check import planned


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra is not installed."""
    for name in [
        *(each for each in sys.modules if each.startswith("kubernetes_validate")),
        "kubernetes_validate",
    ]:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("missing")
def test_without_the_extra_it_is_named() -> None:
    assert not is_installed()
    for check in (lambda: check_schema(planned()), lambda: check_overrides(overriding())):
        with pytest.raises(NotSupportedError, match="kubernetes-validate") as error:
            check()
        assert error.value.hint == 'install it: pip install "launcher-k8s[schemas]"'


@pytest.mark.usefixtures("missing")
def test_without_the_extra_a_plan_is_checked_as_far_as_can_be() -> None:
    plan = planned(("/spec/parallelism", 2), ("/spec/foo", 1))
    assert [finding.pointer for finding in findings_in(plan)] == ["/spec/parallelism"]
    with pytest.raises(NotSupportedError):
        findings_in(plan, kubernetes="1.36")


@pytest.mark.usefixtures("missing")
def test_without_the_extra_jobs_are_planned() -> None:
    assert plan_job(planned().job, ClusterSettings(), user="me").findings == ()


def test_with_the_extra_it_is_there() -> None:
    assert is_installed()


def test_a_version_is_read_once() -> None:
    assert load_schemas("1.36") is load_schemas("v1.36.3")


def test_the_newest_is_taken_where_none_is_named() -> None:
    newest = load_schemas(None).version
    assert tuple(map(int, newest.split("."))) >= (1, 36)


def test_of_a_version_only_what_jobs_and_services_are_made_of_is_kept() -> None:
    definitions = load_schemas("1.36").definitions
    titles = {definition["title"] for definition in definitions.values()}
    assert {"Job", "Service", "PodSpec", "ServicePort", "ObjectMeta"} <= titles
    assert "Deployment" not in titles
    assert "description" not in definitions["io.k8s.api.core.v1.PodSpec"]["properties"]["nodeName"]


def test_planning_loads_no_schema_library() -> None:
    code = (
        "import sys; from launcher_k8s import plan_job, Job, ClusterSettings; "
        "plan_job(Job.shell('true', image='i'), ClusterSettings(), user='me'); "
        "print([m for m in ('jsonschema', 'kubernetes_validate', 'referencing') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
