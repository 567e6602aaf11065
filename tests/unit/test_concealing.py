from __future__ import annotations

import json

import pytest

from launcher_k8s import Job
from launcher_k8s.concealing import HIDDEN, conceal, concealing
from launcher_k8s.errors import InvalidObjectError

SECRET = 'pa"ss\\<wörd>&'
JOB = Job.shell(
    "true",
    name="a",
    stdin=f"first\n{SECRET}\n",
    env={"PASSWORD": "tiger-tiger", "MODE": "jobs", "LEVEL": "3"},
)


def refusal(said: str) -> InvalidObjectError:
    """What becomes of a refusal of the job."""
    with pytest.raises(InvalidObjectError) as caught, concealing(JOB):
        raise InvalidObjectError(f"cannot create jobs: {said}", causes=[("spec", said)])
    return caught.value


@pytest.mark.parametrize(
    "form",
    [SECRET, json.dumps(SECRET), json.dumps(SECRET, ensure_ascii=False), r"pa\"ss\\\u003cwörd\u003e\u0026"],
)
def test_a_line_of_the_input_is_hidden_however_it_is_quoted(form: str) -> None:
    error = refusal(f"Invalid value: {form}: no")
    assert "wör" not in f"{error!r}{error}{error.causes}"
    assert r"w\u00f6r" not in f"{error!r}{error}{error.causes}"
    assert HIDDEN in error.message


def test_a_value_of_the_environment_is_hidden() -> None:
    error = refusal('Invalid value: "tiger-tiger": no')
    assert error.message == f'cannot create jobs: Invalid value: "{HIDDEN}": no'
    assert error.causes == (("spec", f'Invalid value: "{HIDDEN}": no'),)


def test_a_short_value_is_hidden_where_it_is_a_value() -> None:
    assert (
        refusal('Invalid value: "jobs": no').message == f'cannot create jobs: Invalid value: "{HIDDEN}": no'
    )


def test_what_is_too_short_to_be_a_secret_stays() -> None:
    assert refusal('Invalid value: "3": no').message == 'cannot create jobs: Invalid value: "3": no'


def test_other_words_stay() -> None:
    assert conceal("as it was", ["else-where"]) == "as it was"


def test_what_led_to_an_error_that_told_a_secret_is_let_go() -> None:
    with pytest.raises(InvalidObjectError) as caught, concealing(JOB):
        raise InvalidObjectError(SECRET) from ValueError(SECRET)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_what_led_to_any_other_error_is_kept() -> None:
    cause = ValueError("else")
    with pytest.raises(InvalidObjectError) as caught, concealing(JOB):
        raise InvalidObjectError("else") from cause
    assert caught.value.__cause__ is cause
