"""Finding the part of a template that an instruction of the generated Python stands for."""

from __future__ import annotations

import dis

import pytest

from launcher_k8s.templates.gotemplate.nodes import DotNode, ListNode
from launcher_k8s.templates.gotemplate.sites import Place, Site, SiteMap
from launcher_k8s.templates.gotemplate.template import Template

TEMPLATE = Template("t", "t", "", ListNode(0, ()))
SOURCE = "pass\nf(g(x))\npass"
CALLS = [each.offset for each in dis.get_instructions(compile(SOURCE, "s", "exec")) if each.opname == "CALL"]


@pytest.fixture
def inner() -> Site:
    return Site(TEMPLATE, DotNode(0), name="g")


@pytest.fixture
def outer() -> Site:
    return Site(TEMPLATE, DotNode(0), name="f")


def test_the_innermost_place_around_an_instruction_counts(inner: Site, outer: Site) -> None:
    sites = SiteMap({})
    sites.add(Place(2, 0, 7), outer)
    sites.add(Place(2, 2, 6), inner)
    code = compile(SOURCE, "s", "exec")
    assert [sites.find(code, offset, in_call=True) for offset in CALLS] == [inner, outer]


def test_without_columns_the_statement_before_must_do(inner: Site, outer: Site) -> None:
    sites = SiteMap({})
    sites.add(Place(1, 0, 4), inner)
    sites.add(Place(1, 0, 7), Site(TEMPLATE, DotNode(0)))
    code = compile(SOURCE, "s", "exec")
    assert sites.find(code, CALLS[0], in_call=True) is inner
    assert SiteMap({}).find(code, CALLS[0], in_call=True) is None
