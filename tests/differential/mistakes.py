"""Mistakes of templates, one for each kind of error that chance alone makes too seldom."""

from __future__ import annotations

from typing import Final

MISTAKES: Final = (
    # of the text
    "{{", "{{ .s1", "{{ (.s1 }}", "{{ .s1) }}", "{{ /* a */ }}", "{{/* a }}", "{{/* a */ x}}", '{{ "open }}', "{{ `open }}",
    "{{ 'ab' }}", "{{ 'x }}", "{{ 1x }}", "{{ 0x }}", "{{ 1.2.3 }}", "{{ \u201cquoted\u201d }}", "{{ .a-b }}", "{{ .s1! }}", "{{ a: }}",
    "{{ $x+1 }}", "{{ ; }}", "{{ \\ }}", '{{ "a\\q" }}', "{{ 99999999999999999999 }}", "{{ 1i }}", "{{ 1+2i }}", "{{ .s1 \x01 }}",
    # of the grammar
    "{{ end }}", "{{ else }}", "{{ if .s1 }}open", "{{ range .l1 }}{{ else }}{{ else }}{{ end }}", "{{ if }}x{{ end }}", "{{ with }}{{ end }}",
    "{{ range }}{{ end }}", "{{ break }}", "{{ continue }}", "{{ range .l1 }}{{ break 1 }}{{ end }}", "{{ range .l1 }}{{ continue . }}{{ end }}",
    "{{ nosuch 1 }}", "{{ .s1 | nosuch }}", "{{ $none }}", "{{ $none.x }}", "{{ $y = 1 }}", "{{ 1 | 2 }}", "{{ .s1 | .s2 | 3 }}", "{{ .s1 | }}",
    "{{ | len }}", "{{ () }}", "{{ template }}", "{{ template x }}", '{{ template "lib/a" . . }}', '{{ template "lib/a" 1 | }}',
    "{{ define x }}{{ end }}", '{{ define "x" "y" }}{{ end }}', '{{ if true }}{{ define "in" }}{{ end }}{{ end }}', '{{ define "open" }}',
    '{{ define "twice" }}1{{ end }}{{ define "twice" }}2{{ end }}', '{{ define "e" }}{{ else }}{{ end }}', '{{ block "b" }}{{ end }}',
    "{{ if true }}{{ else with .s1 }}{{ end }}", "{{ with .s1 }}{{ else if true }}{{ end }}", "{{ range .l1 }}{{ else range .l2 }}{{ end }}",
    "{{ $a, $b := .l1 }}", "{{ range $a, $b, $c := .l1 }}{{ end }}", "{{ range $a, 1 := .l1 }}{{ end }}", "{{ nil.x }}", "{{ 1.x }}", "{{ true.x }}",
    '{{ "a".x }}', "{{ .s1 := 1 }}", "{{ $x := }}", "{{ $x : 1 }}", "{{ $x }}", "{{ .s1 , .s2 }}", "{{ = 1 }}", "{{ . = 1 }}", "{{ if true x }}",
    "{{ end x }}", "{{ if true }}{{ end x }}", "{{ else x }}", "{{ if true }}{{ else x }}{{ end }}", "{{ .s1.(x) }}", "{{ (.s1)x }}", "{{ .x..y }}",
    "{{ range $i := .l1 }}{{ $j }}{{ end }}", "{{ if .s1 }}{{ $in := 1 }}{{ end }}{{ $in }}",
    "{{ if , }}x{{ end }}", "{{ with , }}x{{ end }}", "{{ range , }}x{{ end }}", "{{ block , }}", "{{ (, ) }}", "{{ now : 1 }}",
    # of the execution
    '{{ define "nodata" }}{{ .x }}{{ end }}{{ template "nodata" }}', "{{ (exec `fails`).Stdout 1 }}", "{{ (semver `1.2.3`).Original 1 }}",
    '{{ define "again" }}{{ include "again" . }}{{ end }}{{ include "again" . }}', "{{ len .nul }}",
    "{{ nil }}", "{{ .s1.x }}", "{{ .n1.x.y }}", "{{ .nul.x }}", "{{ .l1.x }}", "{{ 1 2 }}", "{{ .s1 1 }}", "{{ .d1.n1 2 }}", "{{ $ 1 }}",
    "{{ .s1 | .s2 }}", "{{ true 1 }}", '{{ "a" "b" }}', '{{ template "none" }}', "{{ range .s1 }}{{ end }}", "{{ range 2.5 }}{{ end }}",
    "{{ range true }}{{ end }}", "{{ range $i, $e := 3 }}{{ $i }}{{ end }}", "{{ upper }}", "{{ upper 1 2 }}", "{{ upper 1 }}", "{{ upper nil }}",
    "{{ upper .none }}", "{{ upper .nul }}", "{{ upper .n1 }}", "{{ replace 1 }}", "{{ ternary 1 2 3 }}", "{{ ternary 1 2 .s1 }}", '{{ repeat "x" 1 }}',
    "{{ repeat 1.5 `x` }}", "{{ repeat -1 `x` }}", "{{ repeat (add 1 2) `x` }}", "{{ hasKey nil `a` }}", "{{ hasKey .none `a` }}", "{{ hasKey 1 `a` }}",
    "{{ round 1.5 1 `x` }}", "{{ round 1.5 1 true }}", "{{ derivePassword -1 `long` `a` `b` `c` }}", "{{ derivePassword `x` `long` `a` `b` `c` }}", "{{ mod 1 0 }}", "{{ div 1 0 }}", "{{ index .l1 99 }}",
    '{{ index .l1 "x" }}', "{{ index .l1 nil }}", "{{ index nil 1 }}", "{{ index .n1 1 }}", "{{ index .d1 1 }}", "{{ index .d1 nil }}", "{{ len 1 }}",
    "{{ len nil }}", "{{ len .none }}", "{{ eq 1 1.0 }}", "{{ eq `a` 1 }}", "{{ eq .l1 .l1 }}", "{{ eq .d1 1 }}", "{{ eq }}", "{{ eq 1 }}", "{{ lt true false }}",
    "{{ lt 1 `a` }}", "{{ lt nil 1 }}", "{{ lt .none 1 }}", "{{ call .s1 }}", "{{ call nil }}", "{{ call }}", '{{ fail "told" }}', "{{ fromJson | len }}",
    '{{ mustFromJson "{" }}', '{{ required "needed" nil }}', '{{ groups "stranger" }}', '{{ include "none" . }}', '{{ tpl "{{" . }}', "{{ tpl `{{ .s1.x }}` . }}",
    "{{ (now).wall }}", "{{ (now).Nothing }}", '{{ (semver "1").Major 1 }}', '{{ (semver "1.2.3").original }}', "{{ (semver `1.2`).Equal }}", "{{ (exec `fails`).stdOut }}",
    "{{ (semver `1.2`).Equal 1 }}", "{{ (semver `1.2`).Compare .nul }}", "{{ (toDate `2006` `2024`).AddDate 1 `x` 2 }}", "{{ (toDate `2006` `2024`).Format 2006 }}", "{{ nil.x }}", "{{ (nil).x }}",
    "{{ slice .l1 9 }}", "{{ slice .s1 1 }}", "{{ first 1 }}", "{{ chunk 0 .l1 }}", '{{ regexMatch "(" `x` }}', '{{ mustRegexMatch "[" `x` }}', '{{ semver "x" }}',
    '{{ urlParse ":" }}', "{{ merge nil }}", "{{ set .none `a` 1 }}", "{{ concat nil }}", "{{ has 1 2 }}", "{{ dig `a` }}", '{{ dig `s1` `x` 1 . }}', "{{ append nil 1 }}",
    '{{ template "own9" . }}', '{{ printf }}', "{{ printf 1 }}", "{{ and }}", "{{ or }}", "{{ not }}", "{{ not 1 2 }}", "{{ index }}", "{{ 1e400 }}", "{{ upper 1i }}",
    "{{ with $x := nil }}{{ end }}", "{{ if nil }}{{ end }}", "{{ range nil }}{{ end }}", "{{ mustMerge (dict `a` 1) (dict `a` (dict)) }}", "{{ atoi 1 }}", "{{ until `a` }}",
    "{{ repeat 9223372036854775808 `x` }}", "{{ print 9223372036854775808 }}", "{{ $v := 18446744073709551615 }}", "{{ until 1.5 }}", "{{ until 'a' | len }}", "{{ seq `1` }}",
)  # fmt: skip
