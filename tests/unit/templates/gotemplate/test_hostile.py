"""Short templates that ask for more than any machine has: each stops at a limit that is counted."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from launcher_k8s.errors import TemplateRenderError, TemplateSyntaxError
from launcher_k8s.templates.effects import Effects
from launcher_k8s.templates.functions import launcher_functions
from launcher_k8s.templates.gotemplate.engine import Engine
from launcher_k8s.templates.gotemplate.limits import Limits
from launcher_k8s.templates.govalues.signature import Function
from tests.differential.effects import RequestEffects

EFFECTS: Effects = RequestEffects({}, {})
LIMIT = 1 << 22
MADE = f"more than {LIMIT} characters of values made in one render"
TEXT = "characters is more than a template may make"
SERIES = "numbers is more than a template may make"

LISTS = '{{$x := list "a"}}{{range until 60}}{{$x = list $x $x}}{{end}}'
DICTS = '{{$x := dict "a" "b"}}{{range until 60}}{{$x = dict "a" $x "b" $x}}{{end}}'
WIDE = (
    '{{$x := repeat 999 "s"}}{{range 4}}{{$y := list}}{{$z := $x}}{{range 200}}{{$y = append $y $z}}{{end}}'
    "{{$x = $y}}{{end}}"
)
DEEP = "{{$x := list}}{{range 5000}}{{$x = list $x}}{{end}}"
LOOP = '{{$d := dict}}{{$_ := set $d "d" $d}}'

PRINTED = (
    "{{$x}}",
    "{{print $x}}",
    "{{println $x}}",
    "{{quote $x}}",
    "{{squote $x}}",
    "{{cat $x}}",
    "{{toString $x}}",
    '{{printf "%v" $x}}',
    '{{printf "%#v" $x}}',
    '{{printf "%q" $x}}',
    '{{printf "%x" $x}}',
    '{{printf "%d" $x}}',
    "{{toJson $x}}",
    "{{toPrettyJson $x}}",
    "{{toRawJson $x}}",
    "{{toYaml $x}}",
    "{{toYamlPretty $x}}",
    '{{toToml (dict "a" $x)}}',
    "{{deepCopy $x}}",
    "{{html $x}}",
    "{{js $x}}",
    "{{urlquery $x}}",
    '{{join "," $x}}',
    "{{toStrings $x}}",
    "{{sortAlpha $x}}",
    "{{fail (toString $x)}}",
    "{{tpl (toString $x) .}}",
)
COMPARED = (
    "{{deepEqual $x $y}}",
    "{{has $x (list $y)}}",
    "{{uniq (list $x $y)}}",
    "{{without (list $x) $y}}",
)
MERGED = ("{{merge $x $y}}", "{{mergeOverwrite $x $y}}")

DOUBLED = (
    "print $s $s",
    "cat $s $s",
    "quote $s $s",
    "html $s $s",
    "js $s $s",
    'printf "%s%s" $s $s',
    "toJson (list $s $s)",
    'replace "x" $s (print "x" $s)',
    "join $s (list $s $s)",
    'regexReplaceAll "x" $s (print $s "$0")',
    "repeat 2 $s",
    "toYaml (list $s $s)",
    'include "twice" $s',
    'tpl "{{.}}{{.}}" $s',
    "indent (len $s) $s",
)

LARGE = [
    ('{{repeat 1000000000 "x"}}', TEXT),
    ('{{indent 1000000000 "x"}}', TEXT),
    ('{{indent 1000 (repeat 100000 "\\n")}}', TEXT),
    ('{{wrapWith 1 (repeat 10000 "y") (repeat 10000 "x")}}', TEXT),
    ("{{randAlphaNum 1000000000}}", TEXT),
    ("{{randBytes 1000000000}}", TEXT),
    ('{{printf (repeat 10000 "%99999[1]d") 1}}', TEXT),
    ('{{printf (repeat 100000 "%[1]s") (repeat 1000 "x")}}', TEXT),
    ('{{$s := repeat 2000000 "x"}}{{print ' + "$s " * 99 + "}}", TEXT),
    ('{{$s := repeat 2000000 "x"}}{{printf "' + "%s" * 99 + '" ' + "$s " * 99 + "}}", TEXT),
    ('{{regexReplaceAll ".*" (repeat 3000 "x") (repeat 6000 "$0")}}', TEXT),
    ("{{seq 1000000000}}", SERIES),
    ("{{until 1000000000}}", SERIES),
    ("{{untilStep 0 1000000000 1}}", SERIES),
    ("{{range 9999}}{{$_ := until 1000}}{{end}}", MADE),
    ("{{$s := list 1 2}}{{range 60}}{{$s = concat $s $s}}{{end}}", MADE),
    ("{{$s := list}}{{range 100000}}{{$s = append $s .}}{{end}}", MADE),
    ('{{splitList "" (repeat 1000000 "x")}}', MADE),
    ('{{regexFindAll "." (repeat 1000000 "x") -1}}', MADE),
    ('{{fromJson (print "[" (repeat 300000 "[],") "1]")}}', MADE),
    ('{{fromYaml (print "a: [" (repeat 300000 "[],") "1]")}}', MADE),
    ('{{range 9999}}{{$_ := snakecase (repeat 9999 "x")}}{{end}}', MADE),
    ('{{range 9999}}{{$_ := regexMatch "(x+x+)+y" (repeat 9999 "x")}}{{end}}', MADE),
    ('{{$s := repeat 9999 "é"}}{{range 9999}}{{$_ := len $s}}{{end}}', MADE),
    ('{{$s := repeat 9999 "é"}}{{range 9999}}{{$_ := substr 1 2 $s}}{{end}}', MADE),
    ('{{$s := repeat 9999 "a"}}{{range 9999}}{{$_ := contains "b" $s}}{{end}}', MADE),
    ('{{$s := repeat 9999 "a"}}{{range 999}}{{$_ := urlParse $s}}{{end}}', MADE),
    ('{{range 9}}{{$_ := bcrypt "a"}}{{end}}', MADE),
    ('{{genPrivateKey "rsa"}}', MADE),
    ('{{derivePassword 1 "long" "a" "b" "c"}}{{bcrypt "a"}}', MADE),
    ("{{range 1000000000}}{{end}}", "rounds of range in one render"),
    ('{{define "a"}}{{tpl "{{tpl . .}}" "{{tpl . .}}"}}{{end}}{{include "a" .}}', "texts as templates"),
]


def rendered(text: str, *, made: int = LIMIT) -> str:
    engine = Engine(_functions(), EFFECTS, limits=Limits(made=made))
    library = '{{define "twice"}}{{.}}{{.}}{{end}}'
    return engine.compile({"lib.tpl": library, "job.tpl": text}).render("job.tpl", {})


def _functions() -> dict[str, Function]:
    return dict(launcher_functions())


def stopped(text: str) -> TemplateRenderError:
    with pytest.raises(TemplateRenderError) as caught:
        rendered(text)
    return caught.value


def assert_limited(text: str, *causes: str) -> None:
    error = stopped(text)
    assert any(cause in error.cause for cause in causes), error.cause[:200]
    assert error.hint
    assert error.line


@pytest.mark.parametrize("action", PRINTED)
@pytest.mark.parametrize("value", [LISTS, DICTS, WIDE], ids=["lists", "dicts", "wide"])
def test_a_value_that_holds_another_one_many_times_is_not_written_out(value: str, action: str) -> None:
    assert_limited(value + action, MADE, TEXT)


@pytest.mark.parametrize("action", [*COMPARED, *MERGED])
def test_two_such_values_are_not_compared_or_merged(action: str) -> None:
    assert_limited(DICTS + DICTS.replace("$x", "$y") + action, MADE)


@pytest.mark.parametrize("doubled", DOUBLED)
def test_a_text_that_doubles_in_a_loop_is_stopped(doubled: str) -> None:
    assert_limited('{{$s := "x"}}{{range 60}}{{$s = ' + doubled + "}}{{end}}", MADE, TEXT)


@pytest.mark.parametrize(("text", "cause"), LARGE, ids=[text[:40] for text, _ in LARGE])
def test_what_is_large_is_stopped(text: str, cause: str) -> None:
    assert_limited(text, cause)


@pytest.mark.parametrize("action", ["{{$x}}", "{{deepCopy $x}}", "{{toJson $x}}", '{{printf "%#v" $x}}'])
def test_what_is_deep_is_an_error_of_the_template(action: str) -> None:
    assert "nested too deep" in stopped(DEEP + action).cause


def test_a_value_that_holds_itself_has_gos_own_error_in_json() -> None:
    assert "encountered a cycle via map[string]interface {}" in stopped(LOOP + "{{mustToJson $d}}").cause


@pytest.mark.parametrize(
    "text",
    [
        "{{" + "(" * 20_000 + "1" + ")" * 20_000 + "}}",
        "{{1" + " | print" * 1_000 + "}}",
        "{{if 1}}" * 500 + "{{end}}" * 500,
        "{{range 2}}" * 50 + "{{end}}" * 50,
    ],
    ids=["parentheses", "pipeline", "ifs", "ranges"],
)
def test_a_source_that_is_too_deep_is_refused(text: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=r"nested too deep|max expression depth|inside each other"):
        rendered(text)


def test_what_fails_far_inside_of_long_texts_has_a_message_of_bounded_length() -> None:
    text = '{{define "a"}}{{tpl (print (repeat 90000 "x") `{{include "a" .}}`) .}}{{end}}{{include "a" .}}'
    with pytest.raises(TemplateRenderError) as caught:
        rendered(text, made=Limits().made)
    assert len(caught.value.message) < 1 << 22


def test_an_ordinary_list_of_a_thousand_is_not_stopped() -> None:
    assert rendered("{{$s := list}}{{range 1000}}{{$s = append $s .}}{{end}}{{len $s}}") == "1000"


BOUNDED = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from tests.unit.templates.gotemplate.test_hostile import Limits, TemplateRenderError, rendered
for text in json.load(sys.stdin):
    try:
        rendered(text, made=Limits().made)
    except TemplateRenderError as error:
        print(error.cause)
"""


def test_the_default_limits_hold_in_two_gigabytes() -> None:
    texts = [WIDE + "{{toYaml $x}}", '{{$s := "x"}}{{range 60}}{{$s = cat $s $s}}{{end}}']
    texts.append("".join(f'{{{{$a{at} := repeat 16000000 "x"}}}}' for at in range(99)))
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED], input=json.dumps(texts), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("more than") == len(texts)
