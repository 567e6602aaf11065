from __future__ import annotations

import pytest

from launcher_k8s.errors import TemplateSyntaxError
from launcher_k8s.templates.defaults import default_templates
from launcher_k8s.templates.template_set import TemplateSet
from launcher_k8s.templates.validation import validate_templates
from launcher_k8s.templates.versions import format_version, read_version


@pytest.mark.parametrize(
    ("line", "version"),
    [("1", "1.0.0"), ("2", "2.0.0"), ("2.1.0", "2.1.0"), ("2.5.9", "2.5.9"), ("2.5.0\r", "2.5.0")],
)
def test_a_version_has_up_to_three_parts(line: str, version: str) -> None:
    assert format_version(read_version("job.tpl", f"# Version: {line}\nkind: Job\n")) == version


@pytest.mark.parametrize(
    "text", ["", "kind: Job", "\n# Version: 2.5.0", "#Version 2", "# Version: 2.5.0.1", "# Version: x"]
)
def test_a_template_without_one_is_refused(text: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="the first line must state it") as error:
        read_version("job.tpl", text)
    assert "# Version: 2.5.0" in error.value.hint


@pytest.mark.parametrize(
    ("first", "what"),
    [
        ("# Version: 2.5.0 {{ x }}", "is not as it should be"),
        ("# Version: 2.5.0-beta", "is not as it should be"),
        ("# Version: 2.5.", "is not as it should be"),
        ("# Version: -1", "is not as it should be"),
        ("# Version: \u0662", "is not as it should be"),
        ("# Version: 2.5.0\rkind: Job", "is not as it should be"),
        ("# version: 2.5.0", "is not as it should be"),
        ("Version: 2.5.0", "is not as it should be"),
        ("\n# Version: 2.5.0", "is not as it should be"),
        (" ", "is missing"),
        ("{{/* # Version: 2.5.0 */}}", "is missing"),
    ],
)
def test_a_line_that_nearly_states_one_is_told_from_none(first: str, what: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=f"the version {what}"):
        read_version("job.tpl", f"{first}\nkind: Job\n")


@pytest.mark.parametrize("line", ["1.9.9", "02.05.00", "2.5.999999999", "2.5.0 \t"])
def test_a_version_that_is_known_may_be_written_otherwise(line: str) -> None:
    assert read_version("job.tpl", f"# Version: {line}\n")


def test_a_byte_order_mark_does_not_hide_it() -> None:
    marked = {name: f"\ufeff{text}" for name, text in default_templates().items()}
    assert TemplateSet(marked).job_version == (2, 5, 0)
    assert validate_templates(marked).is_clean


@pytest.mark.parametrize("version", ["0", "2.6", "3.0.0", "999999999"])
def test_one_that_is_not_known_is_refused(version: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=r"1 and 2 to 2\.5\.x are"):
        read_version("service.tpl", f"# Version: {version}")


@pytest.mark.parametrize(
    "line", ["{# Version: 2.5.0 #}", "{#- Version: 2.5 -#}", "{#Version:2.5#}", "# Version: 2.5.0"]
)
def test_a_native_template_states_it_in_either_way(line: str) -> None:
    assert format_version(read_version("job.yaml.j2", f"{line}\nkind: Job\n")) == "2.5.0"


@pytest.mark.parametrize("text", ["", "kind: Job", "{# Version 2 #}", "{# Version: 2.5.0 #} x", "{# x #}"])
def test_a_native_template_without_one_is_refused(text: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="the first line must state it") as error:
        read_version("job.yaml.j2", text)
    assert "{# Version: 2.5.0 #}" in error.value.hint


def test_a_comment_of_jinja2_states_nothing_in_gos_language() -> None:
    with pytest.raises(TemplateSyntaxError, match="the first line must state it"):
        read_version("job.tpl", "{# Version: 2.5.0 #}\n")
