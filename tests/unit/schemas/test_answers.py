from __future__ import annotations

import pytest

from launcher_k8s.errors import ClusterError, ForbiddenError, InvalidObjectError
from launcher_k8s.finding import Finding
from launcher_k8s.schemas import findings_of_answers
from tests.unit.schemas.overriding import MAIN, POD, origin_of
from tests.unit.schemas.test_check import planned

STRICT = 'cannot create jobs.batch: Job in version "v1" cannot be handled as a Job: strict decoding error: '
GO = 'cannot create jobs.batch: Job in version "v1" cannot be handled as a Job: json: cannot unmarshal '


def found(error: ClusterError, *pairs: tuple[str, object], kind: str = "Job") -> list[Finding]:
    return list(findings_of_answers({kind: error}, planned(*pairs)))


def test_unknown_fields_are_told_each_with_its_override() -> None:
    error = InvalidObjectError(
        f'{STRICT}unknown field "spec.foo", unknown field "spec.template.spec.containers[0].ports[1].x"'
    )
    first, second = found(error, ("/spec/foo", 1), (f"{MAIN}/ports/-", {"x": 1}))
    assert (first.code, first.pointer, first.origin) == ("unknown-field", "/spec/foo", origin_of(0))
    assert first.message.startswith("is no field that the API server knows, by the override '/spec/foo'")
    assert (second.pointer, second.origin) == (f"{MAIN}/ports/1/x", origin_of(1))


@pytest.mark.parametrize(
    ("said", "pointer", "message"),
    [
        (
            "string into Go struct field JobSpec.spec.parallelism of type int32",
            "/spec/parallelism",
            "is a string; the API server wants an integer",
        ),
        (
            "number into Go struct field PodSpec.spec.template.spec.nodeName of type string",
            f"{POD}/nodeName",
            "is a number; the API server wants a string",
        ),
        (
            "number 1.5 into Go struct field JobSpec.spec.parallelism of type int32",
            "/spec/parallelism",
            "is a number; the API server wants an integer",
        ),
        (
            "object into Go struct field PodSpec.spec.template.spec.tolerations of type []v1.Toleration",
            f"{POD}/tolerations",
            "is an object; the API server wants a list",
        ),
        (
            "array into Go struct field PodSpec.spec.template.spec.affinity of type v1.Affinity",
            f"{POD}/affinity",
            "is a list; the API server wants an object",
        ),
        (
            "string into Go struct field PodSpec.spec.template.spec.hostNetwork of type bool",
            f"{POD}/hostNetwork",
            "is a string; the API server wants a boolean",
        ),
    ],
)
def test_a_wrong_type_is_told_without_gos_words(said: str, pointer: str, message: str) -> None:
    (finding,) = found(InvalidObjectError(GO + said))
    assert (finding.code, finding.pointer, finding.message) == ("wrong-type", pointer, message)


def test_what_validation_refuses_is_told_field_by_field() -> None:
    causes = [
        ("spec.template.spec.restartPolicy", 'Unsupported value: "Somtimes"'),
        ("metadata.labels", "Invalid value"),
    ]
    error = InvalidObjectError("Job is invalid: [a, b]", causes=causes)
    first, second = found(error, (f"{POD}/restartPolicy", "Somtimes"))
    assert (first.code, first.pointer, first.origin) == (
        "refused-value",
        f"{POD}/restartPolicy",
        origin_of(0),
    )
    assert first.message.startswith('is refused: Unsupported value: "Somtimes", by the override')
    assert (second.pointer, second.origin) == ("/metadata/labels", None)


def test_what_is_about_the_whole_object_is_told_with_what_to_do() -> None:
    error = ForbiddenError("cannot create services: no", hint="grant 'create'")
    (finding,) = found(error, kind="Service")
    assert (finding.code, finding.kind, finding.place) == ("refused", "Service", ())
    assert (finding.message, finding.hint) == (
        "would not be accepted: cannot create services: no",
        "grant 'create'",
    )
