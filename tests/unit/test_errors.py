from __future__ import annotations

import copy
import pickle

import pytest

from launcher_k8s.errors import (
    InvalidJobError,
    JobNotFoundError,
    LauncherError,
    OverrideError,
    QuotaError,
    TemplateSyntaxError,
)
from launcher_k8s.origin import JOB

ERRORS: list[LauncherError] = [
    InvalidJobError.single("cpus", "too many", hint="ask for less"),
    JobNotFoundError("a-1"),
    OverrideError("no such place", pointer="/spec", origin=JOB, nearest="/spec/a"),
    TemplateSyntaxError("unclosed action", template="job.tpl", line=3, source="{{"),
    QuotaError("exceeded quota", status=403, reason="Forbidden", causes=[("cpu", "used")]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_whole_from_another_process(error: LauncherError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
