from __future__ import annotations

import pytest

from launcher_k8s.shape.table import JOB_FACTS, SERVICE_FACTS
from launcher_k8s.templates.codes import CONTRACT_EXAMPLES, OWN_CODES, Edit
from launcher_k8s.templates.validation import validate_templates
from tests.unit.templates.edits import edited

# Free: any value will do.
NEVER_FOUND = {"service-cluster-ip"}
EXAMPLES = dict(CONTRACT_EXAMPLES) | {code: info.example for code, info in OWN_CODES.items()}
del EXAMPLES["needs-newer-version"]  # found in plans


def test_every_fact_of_the_shape_has_an_example() -> None:
    codes = {fact.code for fact in (*JOB_FACTS, *SERVICE_FACTS)}
    assert codes - NEVER_FOUND == CONTRACT_EXAMPLES.keys()


@pytest.mark.parametrize(("code", "example"), EXAMPLES.items())
def test_an_example_provokes_its_code_with_a_place_and_a_hint(code: str, example: Edit) -> None:
    found = [each for each in validate_templates(edited(example)).diagnostics if each.code == code]
    assert found, validate_templates(edited(example)).diagnostics
    for each in found:
        assert each.location.file == example.file
        assert each.location.line
        assert each.location.source
        assert each.message
        assert each.hint
