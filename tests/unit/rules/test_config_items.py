from __future__ import annotations

import pytest

from launcher_k8s.decisions import Trail
from launcher_k8s.job import ConfigItem, EnvVar, Job
from launcher_k8s.rules.config_items import check_config


def check(*items: tuple[str, str], environment: dict[str, str] | None = None) -> tuple[list[str], Trail]:
    trail = Trail()
    job = Job(
        config=tuple(ConfigItem(name, value) for name, value in items),
        environment=tuple(EnvVar(name, value) for name, value in (environment or {}).items()),
    )
    return [item.value for item in check_config(job, user="jane", trail=trail)], trail


def test_a_secret_is_told_with_its_key_and_variable() -> None:
    values, trail = check(("secret", " db:pass.word:DB_PASSWORD "))
    assert values == ["db:pass.word:DB_PASSWORD"]
    (decision,) = trail.decisions
    assert decision.reason == "key pass.word of the secret db, in the variable DB_PASSWORD"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("one", "has 1 parts, not three"),
        ("only:two", "has 2 parts, not three"),
        ("a:b:C:D", "has 4 parts, not three"),
        ("", "has 1 parts, not three"),
        ("Db:key:V", "names a secret that there cannot be: 'Db'"),
        (":key:V", "names a secret that there cannot be: ''"),
        ("db::V", "names a key that no secret can have: ''"),
        ("db:a b:V", "names a key that no secret can have: 'a b'"),
        ("db:..:V", "names a key that no secret can have: '..'"),
        ("db:key:", "names a variable that there cannot be: ''"),
        ("db:key:1V", "names a variable that there cannot be: '1V'"),
        ("db:key:A=B", "names a variable that there cannot be: 'A=B'"),
    ],
)
def test_a_secret_of_another_form_is_refused(value: str, problem: str) -> None:
    values, trail = check(("secret", value))
    assert values == []
    (refusal,) = trail.refusals
    assert refusal.message.startswith(f"the secret {value!r} of user 'jane' {problem}")
    assert refusal.hint == "write secretName:key:ENVNAME"


def test_two_secrets_in_one_variable_are_refused() -> None:
    _, trail = check(("secret", "a:k:V"), ("secret", "b:k:V"))
    assert trail.refusals[0].message == "user 'jane' puts two secrets into V: a:k:V and b:k:V"


def test_the_same_secret_twice_is_one() -> None:
    values, trail = check(("secret", "a:k:V"), ("secret", "a:k:V"))
    assert values == ["a:k:V"]
    assert trail.refusals == []


def test_a_secret_that_hides_a_variable_is_warned_of() -> None:
    _, trail = check(("secret", "a:k:V"), environment={"V": "1", "W": "2"})
    (warning,) = trail.decisions[1:]
    assert warning.reason == "the secret hides the job's own environment variable V"


@pytest.mark.parametrize("name", ["runner", "12345", "a.b-c"])
def test_a_service_account_is_taken(name: str) -> None:
    values, trail = check(("serviceAccountName", name))
    assert values == [name]
    assert trail.decisions[0].subject == "service account"


@pytest.mark.parametrize("name", ["Runner", "a_b", "-a", "x" * 254, "a b"])
def test_a_service_account_that_cannot_be_is_refused(name: str) -> None:
    values, trail = check(("serviceAccountName", name))
    assert values == []
    assert "has a name that none can have" in trail.refusals[0].message


def test_two_service_accounts_are_refused() -> None:
    _, trail = check(("serviceAccountName", "a"), ("serviceAccountName", "b"))
    assert trail.refusals[0].message == "user 'jane' names two service accounts: a and b"


def test_an_empty_service_account_is_none() -> None:
    assert check(("serviceAccountName", " "))[0] == []


def test_other_items_are_passed_over_with_a_warning() -> None:
    values, trail = check(("serviceAccount", "x"), ("queue", "fast"))
    assert values == []
    assert trail.refusals == []
    assert [decision.reason for decision in trail.decisions] == [
        (
            "the config item 'serviceAccount' has no meaning on Kubernetes and is passed over; "
            "did you mean serviceAccountName?"
        ),
        "the config item 'queue' has no meaning on Kubernetes and is passed over",
    ]
