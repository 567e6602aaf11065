"""Our own templates with an edit."""

from __future__ import annotations

from launcher_k8s.templates.codes import Edit
from launcher_k8s.templates.defaults import default_templates, is_jinja


def edited(edit: Edit) -> dict[str, str]:
    text = default_templates(jinja=is_jinja(edit.file))[edit.file]
    assert edit.old in text, edit
    return {edit.file: text.replace(edit.old, edit.new, 1)}
