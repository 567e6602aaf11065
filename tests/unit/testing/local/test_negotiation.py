"""What an Accept header asks for."""

from __future__ import annotations

import pytest

from launcher_k8s.testing.cluster.refusals import Refusal
from launcher_k8s.testing.local.negotiation import Form, Shape, choose_form

SHAPES = (Shape.TABLE, Shape.METADATA)
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", Form()),
        ("*/*", Form()),
        ("application/json, */*", Form()),
        ("application/vnd.kubernetes.protobuf,application/json", Form()),
        ("application/yaml", Form("application/yaml")),
        (f"{TABLE},application/json", Form(shape=Shape.TABLE)),
        ("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", Form()),
        ("application/json;q=0.1,application/yaml", Form("application/yaml")),
    ],
)
def test_the_first_clause_that_can_be_served_wins(accept: str, form: Form) -> None:
    assert choose_form(accept, shapes=SHAPES) == form


def test_a_watch_may_be_named_as_a_stream() -> None:
    form = choose_form("application/json;stream=watch", shapes=SHAPES, streams=True)
    assert form.content_type == "application/json;stream=watch"


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        ("text/html", "406: Not Acceptable"),
        ("application/json;as=Nonsense", "only the following media types are accepted"),
        ("application/vnd.kubernetes.protobuf", "406: Not Acceptable"),
    ],
)
def test_what_cannot_be_served_is_refused(accept: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        choose_form(accept, shapes=SHAPES)
    assert refused.value.code == 406
