from __future__ import annotations

import pytest

from launcher_k8s.errors import TemplateSyntaxError
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


@pytest.mark.parametrize("version", ["0", "2.6", "3.0.0", "999999999"])
def test_one_that_is_not_known_is_refused(version: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=r"1 and 2 to 2\.5\.x are"):
        read_version("service.tpl", f"# Version: {version}")
