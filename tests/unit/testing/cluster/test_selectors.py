from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.testing.cluster.kinds import CONFIG_MAP, EVENT, JOB, NODE, POD, Kind
from launcher_k8s.testing.cluster.selectors import Selection, SelectorError, parse_fields, parse_labels
from launcher_k8s.testing.cluster.store import Stored, key_of


def matches(selector: str, **labels: str) -> bool:
    return Selection(labels=parse_labels(selector)).matches({"metadata": {"labels": labels}})


@pytest.mark.parametrize(
    ("selector", "there", "elsewhere"),
    [
        ("a", {"a": "1"}, {"b": "1"}),
        ("!a", {}, {"a": ""}),
        ("a=1", {"a": "1"}, {"a": "2"}),
        ("a==1", {"a": "1"}, {}),
        ("a=", {"a": ""}, {"a": "1"}),
        ("a!=1", {}, {"a": "1"}),
        ("a in (1, 2)", {"a": "2"}, {"a": "3"}),
        ("a in (,)", {"a": ""}, {"a": "1"}),
        ("a notin (1,2)", {}, {"a": "2"}),
        ("a>1", {"a": "2"}, {"a": "x"}),
        ("a<1", {"a": "0"}, {"a": "1"}),
        ("a=1,b!=2", {"a": "1"}, {"a": "1", "b": "2"}),
        ("in in (in)", {"in": "in"}, {}),
        ("x.io/a=1", {"x.io/a": "1"}, {"a": "1"}),
    ],
)
def test_label_selectors(selector: str, there: dict[str, str], elsewhere: dict[str, str]) -> None:
    assert matches(selector, **there)
    assert not matches(selector, **elsewhere)


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("=a", "found '=', expected: !, identifier, or 'end of string'"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("a,", "found '', expected: identifier after ','"),
        ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ("a===b", "unable to parse requirement: found '=', expected: identifier"),
        ("(a)", "found '(', expected: !, identifier, or 'end of string'"),
        (
            "a>x",
            (
                'unable to parse requirement: values[0]: Invalid value: "x": '
                "for 'Gt', 'Lt' operators, the value must be an integer"
            ),
        ),
        ("/x=1", 'unable to parse requirement: <nil>: Invalid value: "/x": prefix part must be non-empty'),
    ],
)
def test_what_is_no_label_selector(selector: str, text: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse_labels(selector)

    assert str(caught.value) == text


@given(st.text("ab=!,()<> in", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        requirements = parse_labels(text)
    except SelectorError:
        return
    assert bool(requirements) == bool(text.strip())


def field_matches(kind: Kind, selector: str, content: dict[str, Any]) -> bool:
    return Selection(fields=parse_fields(kind, selector)).matches({"metadata": {}, **content})


@pytest.mark.parametrize(
    ("kind", "selector", "content"),
    [
        (POD, "metadata.name=p", {"metadata": {"name": "p"}}),
        (POD, "spec.nodeName!=", {"spec": {"nodeName": "n"}}),
        (POD, "spec.hostNetwork=false", {"spec": {}}),
        (POD, "spec.hostNetwork=true", {"spec": {"hostNetwork": True}}),
        (
            POD,
            "spec.host==n,status.phase=Running",
            {"spec": {"nodeName": "n"}, "status": {"phase": "Running"}},
        ),
        (NODE, "spec.unschedulable=false", {}),
        (JOB, "status.successful=1", {"status": {"succeeded": 1}}),
        (JOB, "status.successful=0", {"status": {}}),
        (EVENT, "involvedObject.name=j", {"involvedObject": {"name": "j"}}),
        (EVENT, "reason=a\\,b", {"reason": "a,b"}),
    ],
)
def test_field_selectors(kind: Kind, selector: str, content: dict[str, Any]) -> None:
    assert field_matches(kind, selector, content)
    assert not field_matches(kind, selector + "x", content) or "!=" in selector


@pytest.mark.parametrize(
    ("kind", "selector", "text"),
    [
        (POD, "foo=1", "field label not supported: foo"),
        (JOB, "foo=1", 'field label "foo" not supported for Job'),
        (
            CONFIG_MAP,
            "foo=1",
            '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"',
        ),
        (POD, "metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
        (POD, "metadata.name=a=b", "invalid field selector: unescaped character in value: 61"),
        (POD, "metadata.name=a\\x", "invalid field selector: invalid escape sequence: \\x"),
    ],
)
def test_what_is_no_field_selector(kind: Kind, selector: str, text: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse_fields(kind, selector)

    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("kind", "labels", "fields"),
    [
        (POD, "a=1", ""),
        (POD, "a in (1)", ""),
        (POD, "a in (1, 2)", ""),
        (POD, "a", ""),
        (POD, "!a", ""),
        (POD, "a!=1", ""),
        (POD, "", "metadata.name=x"),
        (POD, "", "metadata.name!=x"),
        (POD, "", "spec.nodeName="),
        (POD, "", "spec.hostNetwork=false"),
        (POD, "", "spec.hostNetwork=true"),
        (JOB, "", "status.successful=0"),
        (JOB, "", "status.successful=1"),
        (EVENT, "", 'involvedObject.fieldPath=spec.containers{"ü"}'),
        (EVENT, "", 'involvedObject.fieldPath=spec.containers{"ü"},involvedObject.name=x'),
    ],
)
def test_what_rests_is_selected_as_what_is_awake(kind: Kind, labels: str, fields: str) -> None:
    selection = Selection(parse_labels(labels), parse_fields(kind, fields))
    contents: list[dict[str, Any]] = [
        {"metadata": {"name": "x"}},
        {"metadata": {"name": "y", "labels": {"a": "1"}}},
        {"metadata": {"name": "z", "labels": {"a": "2"}}, "spec": {"hostNetwork": True}},
        {"metadata": {"name": "n"}, "spec": {"nodeName": "x"}, "status": {"succeeded": 1}},
        {"metadata": {"name": "e"}, "involvedObject": {"name": "x", "fieldPath": 'spec.containers{"ü"}'}},
    ]
    for content in contents:
        stored = Stored(kind, content, 1, key_of(content))
        stored.rest()
        assert list(selection.select([stored])) == [stored] * selection.matches(content)
