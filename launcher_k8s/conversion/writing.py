"""The template directory that does what the overrides did.

``job.tpl`` decides by user and groups which section counts, renders the job template that was given (kept
under another name), sets each value, and prints the object. Setting is one recursive template,
``set-override.tpl``, with the rules of domain, section 3: overwrite or create, missing parents made, ``-``
appends. It needs Sprig's functions, ``include``, ``groups``, ``toYaml`` and ``fromYaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from launcher_k8s import pointer
from launcher_k8s.conversion.choices import Choice, choices_of
from launcher_k8s.conversion.literals import comment, text_literal, unsayable, value_literal
from launcher_k8s.errors import ConfigurationError, OverrideError
from launcher_k8s.settings import ClusterSettings, Override, SubjectKind
from launcher_k8s.wording import quote

JOB_FILE = "job.tpl"
BASE_FILE = "job-without-overrides.tpl"
SET_FILE = "set-override.tpl"

_VERSION = re.compile(r"# Version: *(\d+(?:\.\d+){0,2})\r?(?:\n|$)", re.ASCII)

_SET = """\
{{- /* Sets .value at .tokens, the steps of the pointer .pointer, inside what .cell holds as "value".
Overwrites or creates: a missing parent is made, an array where the next step is "-" or "0"; "-" appends.
Lists cannot be changed in place, so each step has a cell of its own for its parent to take from. */ -}}
{{- if not .tokens -}}
  {{- $_ := set .cell "value" .value -}}
{{- else -}}
  {{- $token := first .tokens -}}
  {{- if not (hasKey .cell "value") -}}
    {{- if or (eq $token "-") (eq $token "0") }}{{ $_ := set .cell "value" (list) }}
    {{- else }}{{ $_ := set .cell "value" (dict) }}{{ end -}}
  {{- end -}}
  {{- $place := get .cell "value" -}}
  {{- $inner := (dict) -}}
  {{- $next := dict "cell" $inner "tokens" (rest .tokens) "value" .value "pointer" .pointer -}}
  {{- if kindIs "map" $place -}}
    {{- if hasKey $place $token }}{{ $_ := set $inner "value" (get $place $token) }}{{ end -}}
    {{- $_ := include "set-override.tpl" $next -}}
    {{- $_ := set $place $token (get $inner "value") -}}
  {{- else if kindIs "slice" $place -}}
    {{- $index := len $place -}}
    {{- if ne $token "-" -}}
      {{- if not (regexMatch "^(0|[1-9][0-9]{0,9})$" $token) -}}
        {{- fail (printf "the override %q cannot be applied: %q is no index of an array" .pointer $token) -}}
      {{- end -}}
      {{- $index = int $token -}}
    {{- end -}}
    {{- if gt $index (len $place) -}}
      {{- fail (printf "the override %q cannot be applied: the array ends before %s" .pointer $token) -}}
    {{- end -}}
    {{- $before := (list) -}}
    {{- if gt $index 0 }}{{ $before = slice $place 0 $index }}{{ end -}}
    {{- $after := (list) -}}
    {{- if lt $index (len $place) -}}
      {{- $_ := set $inner "value" (index $place $index) -}}
      {{- $after = rest (slice $place $index) -}}
    {{- end -}}
    {{- $_ := include "set-override.tpl" $next -}}
    {{- $_ := set .cell "value" (concat $before (list (get $inner "value")) $after) -}}
  {{- else -}}
    {{- fail (printf "the override %q cannot be applied: %q is inside what is no object" .pointer $token) -}}
  {{- end -}}
{{- end -}}
"""


@attrs.frozen
class Conversion:
    """A template directory, and what it was made from.

    Args:
        templates: Its files, by name.
        base: The job template as it was given.
        choices: The sections that set overrides, in order.
    """

    templates: Mapping[str, str]
    base: str
    choices: tuple[Choice, ...]


def convert(cluster: ClusterSettings, base: str) -> Conversion:
    """Write a cluster's overrides as templates.

    Args:
        cluster: The settings whose profiles set overrides.
        base: The text of the ``job.tpl`` that is to be changed: the Launcher's own, or one that was edited.

    Raises:
        ConfigurationError: There are no overrides, or the base has no version line.
        OverrideError: A template cannot give the value of an override, or its pointer cannot be read.
    """
    choices = choices_of(cluster.profiles)
    if not any(choice.overrides for choice in choices):
        raise ConfigurationError(
            f"no section of the profiles of cluster {cluster.name!r} sets job-json-overrides",
            hint="there is nothing to convert",
        )
    for choice in choices:
        for override in choice.overrides:
            _check(override)
    version = _VERSION.match(base)
    if version is None:
        raise ConfigurationError(
            "the job template to begin with has no version",
            hint='its first line is "# Version: 2.5.0", for example',
        )
    templates = {JOB_FILE: _job_template(choices, version[1]), BASE_FILE: base, SET_FILE: _SET}
    return Conversion(templates, base, choices)


def _check(override: Override) -> None:
    problem = unsayable(override.value) or unsayable(override.pointer)
    try:
        if not pointer.parse(override.pointer):
            problem = "the empty pointer would replace the whole job"
    except ValueError as error:
        problem = str(error)
    if problem:
        raise OverrideError(
            f"a template cannot say the override {quote(override.pointer)} ({override.origin}): {problem}",
            pointer=override.pointer,
            origin=override.origin,
            nearest=None,
        )


def _job_template(choices: Sequence[Choice], version: str) -> str:
    lines = [
        f"# Version: {version}",
        # Nothing before the comment may be trimmed: the version has its line to itself.
        "{{/* The overrides of the profiles file, converted: of the sections that match the last one counts.",
        f"{BASE_FILE} makes the job; here values are set in it. */ -}}}}",
        *_selection(choices),
        f'{{{{- $job := fromYaml (include "{BASE_FILE}" .) -}}}}',
        '{{- if hasKey $job "Error" }}{{ fail (get $job "Error" | toString) }}{{ end -}}',
        '{{- $cell := dict "value" $job -}}',
        *_settings(choices),
        '{{ toYaml (get $cell "value") }}',
    ]
    return "\n".join(lines) + "\n"


def _selection(choices: Sequence[Choice]) -> Iterator[str]:
    yield "{{- $section := 0 -}}"
    if any(choice.kind is SubjectKind.GROUP for choice in choices):
        yield "{{- $groups := groups .Job.user -}}"
    for choice in choices:
        yield comment(f"[{choice.title}], {choice.origin}")
        chosen = f"{{{{ $section = {choice.number} }}}}"
        match choice.kind:
            case SubjectKind.EVERYONE:
                yield f"{{{{- $section = {choice.number} -}}}}"
            case SubjectKind.GROUP:
                yield f"{{{{- if has {text_literal(choice.name)} $groups }}}}{chosen}{{{{ end -}}}}"
            case SubjectKind.USER:
                yield f"{{{{- if eq .Job.user {text_literal(choice.name)} }}}}{chosen}{{{{ end -}}}}"


def _settings(choices: Sequence[Choice]) -> Iterator[str]:
    for choice in choices:
        if choice.overrides:
            yield f"{{{{- if eq $section {choice.number} -}}}}"
            for override in choice.overrides:
                yield from _setting(override)
            yield "{{- end -}}"


def _setting(override: Override) -> Iterator[str]:
    if override.file:
        yield comment(f"from {override.file}")
    where = text_literal(override.pointer)
    tokens = " ".join(map(text_literal, pointer.parse(override.pointer)))
    yield f'{{{{- $_ := include "{SET_FILE}" (dict "cell" $cell "pointer" {where} "tokens" (list {tokens})'
    yield f'  "value" {value_literal(override.value)}) -}}}}'
