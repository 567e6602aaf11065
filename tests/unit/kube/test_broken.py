from __future__ import annotations

from launcher_k8s.connection import JOBS
from launcher_k8s.errors import ClusterError
from launcher_k8s.kube.broken import error_from_exception
from launcher_k8s.kube.problems import Attempt

CREATE = Attempt("create", JOBS.within("lab"))


def test_an_unnamed_failure_is_told_by_its_class() -> None:
    error = error_from_exception(CREATE, "https://api", EOFError())
    assert "EOFError" in error.message
    assert error.transient


def test_a_request_that_cannot_be_made_is_final_and_no_lost_connection() -> None:
    error = error_from_exception(CREATE, "https://api", ValueError("Forbidden control character"))
    assert type(error) is ClusterError
    assert not error.transient
    assert "https://api" in error.message
    assert "token" in error.hint
