"""Every rule is held against the whole table by the words that it is for."""

from __future__ import annotations

import pytest

from launcher_k8s.cause import Cause
from launcher_k8s.diagnosis.judging import RULES, explain
from launcher_k8s.diagnosis.rules import Rule
from launcher_k8s.rows.asked import AskedRow

EXAMPLES = [
    pytest.param(rule, words, id=f"{number}-{rule.cause.value}")
    for number, rule in enumerate(RULES)
    for words in rule.examples
]
# What one example of a rule must name: the table could be right about the cause and silent about the culprit.
NAMED = {
    Cause.QUOTA: "team",
    Cause.LIMIT_RANGE: "64Mi",
    Cause.SERVICE_ACCOUNT: "robot",
    Cause.IMAGE_NOT_FOUND: "r.example.org/r:4",
    Cause.IMAGE_NAME: "No/Image:1",
    Cause.COMMAND_NOT_FOUND: "/no/such/program",
    Cause.EXEC_FORMAT: "/srv/run.sh",
    Cause.NOT_EXECUTABLE: "/etc/passwd",
    Cause.INIT_CONTAINER: "before",
    Cause.VOLUME: "mount0",
    Cause.CONFIG_MISSING: "settings",
}


@pytest.mark.parametrize(("rule", "words"), EXAMPLES)
def test_a_rule_is_the_first_that_knows_its_examples(rule: Rule, words: str) -> None:
    found = explain(words, AskedRow())
    assert found is not None
    assert (found.cause, found.resolution, found.is_vague) == (rule.cause, rule.resolution, rule.is_vague)
    assert found.detail == words


@pytest.mark.parametrize(("rule", "words"), EXAMPLES)
def test_a_summary_is_one_whole_sentence(rule: Rule, words: str) -> None:
    found = explain(words, AskedRow())
    assert found is not None
    assert found.summary[0] == found.summary[0].upper()
    assert found.summary.endswith(".")
    assert "  " not in found.summary
    assert "\n" not in found.summary


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.cause.value)
def test_a_rule_says_what_to_do_and_for_which_words(rule: Rule) -> None:
    assert rule.resolution
    assert rule.examples


@pytest.mark.parametrize(("cause", "name"), NAMED.items(), ids=str)
def test_what_is_to_blame_is_named(cause: Cause, name: str) -> None:
    told = [explain(words, AskedRow()) for rule in RULES if rule.cause is cause for words in rule.examples]
    assert any(name in found.summary for found in told if found)


def test_words_that_no_rule_knows_are_not_explained() -> None:
    assert explain("Odd: something new", AskedRow()) is None
