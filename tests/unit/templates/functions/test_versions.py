from __future__ import annotations

import pytest

from launcher_k8s.templates.functions.versions import REGISTRY
from launcher_k8s.templates.govalues.values import GoError


def test_a_version_is_read() -> None:
    assert REGISTRY["semver"].call("v1.2").go_string() == "1.2.0"


def test_a_version_is_compared_with_a_constraint() -> None:
    assert REGISTRY["semverCompare"].call("^1.2.0", "1.9.1") is True
    assert REGISTRY["semverCompare"].call("^1.2.0", "2.0.0") is False


def test_the_constraint_is_looked_at_first() -> None:
    with pytest.raises(GoError, match=r"improper constraint: x\.y"):
        REGISTRY["semverCompare"].call("x.y", "bad")
    with pytest.raises(GoError, match="invalid semantic version"):
        REGISTRY["semverCompare"].call("1", "bad")
