from __future__ import annotations

from launcher_k8s.templates.jinja.sources import printing_offsets, values

TEXT = (
    "a: {{ x }}\n{% if '%}' %}\n  b: {{- y }}\n{% endif %}\n{# c {{ z }} #}"
    "{% raw %}\nd {{ e }}{% endraw %}{{ {'}}': 1} }}"
)


def test_words_of_lines_and_values_are_what_is_printed() -> None:
    found = [TEXT[at : at + 4] for at in printing_offsets(TEXT)]
    assert found == ["a: {", "{{ x", "b: {", " {{-", "d {{", "{{ {"]


def test_values_are_found_with_their_ends() -> None:
    assert [TEXT[start:end] for start, end in values(TEXT)] == ["{{ x }}", "{{- y }}", "{{ {'}}': 1} }}"]
