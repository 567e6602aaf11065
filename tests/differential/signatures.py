"""Every function with the kinds of values that make sense for it, and the kind that it gives.

`*` after a parameter: none or more of them; `!`: never of a wrong kind, because the result would then be the
time of day; `copy` is a map that holds none of the data's, because Go dies of maps inside themselves. What no two processes agree on stands among the properties instead: whole expressions, whose
value is the same on both sides. The names are those of the functions' documentation, section by section.
"""

from __future__ import annotations

from typing import Final

import attrs

_TABLE: Final = """
trim,upper,lower,title,untitle,swapcase,initials,nospace,snakecase,camelcase,kebabcase: str -> str
repeat,indent,nindent,trunc,abbrev: size str -> str
wrap: size str -> str
wrapWith: size str str -> str
substr,abbrevboth: int int str -> str
trimAll,trimall,trimSuffix,trimPrefix: str str -> str
contains,hasPrefix,hasSuffix: str str -> bool
replace: str str str -> str
quote,squote,cat: any* -> str
plural: str str int -> str
toString: any -> str
toStrings: list -> strings
join: str list -> str
sortAlpha: list -> strings
split: str str -> parts
splitn: str int str -> parts
splitList: str str -> strings
sha1sum,sha256sum,sha512sum,adler32sum,b64enc,b32enc: str -> str
b64dec: base64 -> str
b32dec: base32 -> str
hello: -> str
ternary: any any bool -> any
int: num -> whole
int64,toDecimal: num -> int64
float64: num -> float
atoi: str -> whole
add,mul,max,min,biggest: num num* -> int64
sub: num num -> int64
div,mod: num count -> int64
add1: num -> int64
add1f: num -> float
addf,subf,mulf,divf,maxf,minf: num num* -> float
floor,ceil: num -> float
round: num size float* -> float
until: size -> list
untilStep: int int size -> list
seq: size size* -> str
list,tuple: any* -> list
append,push,mustAppend,mustPush,prepend,mustPrepend: list any -> list
first,mustFirst,last,mustLast: list -> any
rest,mustRest,initial,mustInitial,reverse,mustReverse,compact,mustCompact,uniq,mustUniq: list -> list
without,mustWithout: list any* -> list
has,mustHas: any list -> bool
slice,mustSlice: list -> list
concat: list list* -> list
chunk,mustChunk: count list -> list
get: dict key -> any
set: dict key copy -> dict
unset: dict key -> dict
hasKey: dict key -> bool
pluck: key dict dict* -> list
pick,omit: dict key* -> dict
merge,mustMerge,mergeOverwrite,mustMergeOverwrite: dict copy copy* -> dict
deepCopy,mustDeepCopy: any -> any
default: any any -> any
empty: any -> bool
coalesce: any* -> any
all,any: any* -> bool
deepEqual: any any -> bool
typeOf,kindOf: any -> str
typeIs,typeIsLike: typename any -> bool
kindIs: kindname any -> bool
toJson,toPrettyJson,toRawJson,mustToJson,mustToPrettyJson,mustToRawJson: any -> str
toYaml,mustToYaml,toYamlPretty: any -> str
toToml,mustToToml: dict -> str
fromJson,mustFromJson: json -> any
fromJsonArray: json -> list
fromYaml: yaml -> dict
fromYamlArray: yaml -> list
fromToml: toml -> dict
regexMatch,mustRegexMatch: regex str -> bool
regexFind,mustRegexFind: regex str -> str
regexFindAll,mustRegexFindAll,regexSplit,mustRegexSplit: regex str int -> strings
regexQuoteMeta: str -> str
regexReplaceAll,mustRegexReplaceAll,regexReplaceAllLiteral,mustRegexReplaceAllLiteral: regex str replacement -> str
semverCompare: constraint semver -> bool
date: layout time! -> str
htmlDate: time! -> str
dateInZone,date_in_zone: layout time! zone -> str
htmlDateInZone: time! zone -> str
unixEpoch: time -> str
duration: num -> str
durationRound: duration -> str
base,dir,clean,ext,osBase,osDir,osClean,osExt: path -> str
isAbs,osIsAbs: path -> bool
urlParse: url -> dict
env,expandenv: str -> str
required: str any -> any
lookup: str str str str -> dict
groups: user -> strings
eq: same same same* -> bool
ne,lt,le,gt,ge: same same -> bool
len: sized -> whole
not: any -> bool
and,or: any any any* -> any
print,println: any* -> str
printf: format any* -> str
html,js,urlquery: any* -> str
"""

PROPERTIES: Final = (
    "(len (randAlphaNum {size}))", '(regexMatch "^[a-zA-Z]*$" (randAlpha {size}))', "(randNumeric {size} | len)",
    "(len (randAscii {size}))", "(randBytes {size} | len)", "(randBytes {size} | b64dec | len)", "(randInt 4 5)",
    "(shuffle {str} | len)", "(shuffle `aaaa`)", "(uuidv4 | len)", '(uuidv4 | splitList "-" | len)',
    "(typeOf now)", "(now | kindOf)", "(ago now)", "(date {layout} now | empty)", "(keys {dict} | sortAlpha)",
    "(keys {dict} {dict} | len)", "(values {dict} | len)", '(values (dict "k" {any}))', "(dict {key} {any} {key} {any})",
    "(dict {key} {any})", '(dict "a" {any} "d1" (dict "b" {any}))',
    '(dig "d1" "n1" {any} {dict})',
    "(semver {semver})", "(semver {semver}).Major", '(index (list 1 {any} 3) 1)', '(index $.d2 "inner" "s1")', '(index "abc" 2)',
    '(slice (list 1 {any} 3) 1)', '(mustSlice (list {any} 2 3) 0 2)', "(toDate `2006-01-02` `2024-05-17`).Year", '(semver "1.2.3").Prerelease', '((semver {semver}).Compare (semver "1.2"))',
    "(typeOf {time})", "(list {time} | toJson)", '(toYaml (dict "t" {time}))', "(print {time})", "(toYamlPretty {time})", '(toYamlPretty (dict "t" {time}))', "(exec `fails` | toYamlPretty)", "(exec `fails` | toPrettyJson)",
    "(semver {semver} | toYaml)", "(semver {semver} | toJson)", "(semver {semver} | toYamlPretty)", "(list (semver {semver}) | toJson)", '(toToml (dict "v" (semver {semver}) "t" {time}))', "(fromToml {toml} | toToml)", "(toString {time})",
    "(dateModify {duration} {time})", "(date_modify {duration} {time})", "(mustDateModify {duration} {time})",
    "(must_date_modify {duration} {time})",
    "({time}).Month", "(eq {time} {time})",
    '(exec "id" "-g")', '(exec "id" "-g").Stdout', '(exec "id" "-g" | toString | trim | int)', '(exec "fails").Err',
    '(exec "fails").ExitCode', '(exec "fails" | toYaml)', '(exec "killed" "now").Err', '(exec "no-such-command").Err',
    '(exec "fails").Stderr', "(getHostByName `127.0.0.1`)",
    '(urlJoin (urlParse {url}))', '(urlJoin (dict "scheme" "http" "host" {str} "path" {path}))',
    "(encryptAES {str} {str} | empty)", "(encryptAES `k` {str} | decryptAES `k`)",
    '(tpl "{{{{ .s1 | upper }}}}" .)', "(tpl `{{{{ .n1 | add 1 }}}}-{{{{ .none }}}}` .)",

    '(include "lib/a" {any})', '(include "lib/b" .)',
    "({dict}).s1", "({dict}).d1.n1", "({dict}).none.deep",
)  # fmt: skip
FAILING: Final = (
    "(fail {str})", "(call {any} {any})", "(call .s1)", "(call nil)", "(include {str} .)", "(semverCompare {str} {str})",
    "({str}).x", "({list}).x", "(exec {int})", "(exec {str}).Nothing", '(exec "id" "-g" | trim)', "(dig {key} {any})",
    "(dig {key} {key} {any} {dict})", "(tpl {str} .)", "(tpl `{{{{ .l1.x }}}}` .)", "(tpl `{{{{ if }}}}` .)",
    '(mustToDate "2006-01-02" {str}).Weekday', "(mustToDate {layout} {str}).Unix", "(slice {str} {size} {size})",
    "(index {str} {int})", "(index {list} {int})", "(getHostByName ``)", "(urlJoin {dict})", "(index {dict} {key})",
    "(decryptAES {str} {base64})", "(slice {list} {size} {size})", "(mustSlice {list} {size})", "(randInt 5 3)",
    '(tpl `{{{{ include "lib/a" . }}}}` {any})', "(mod {num} {num})", "(div {num} {num})", "(chunk {size} {list})",
    "(len {any})", "(eq {any} {any})", "(lt {any} {any})", "(ne {any} {any})", "(ge {any} {any})", "(untilStep {size} {size} {num})",
)  # fmt: skip
"""Whole expressions that are often, or always, mistakes."""
HEAVY: Final = (
    "(bcrypt {str} | len)", '(htpasswd {str} {str} | contains ":$2a$10$")', "(derivePassword 1 {hash} {str} {str} {str})",
    '(genPrivateKey "ecdsa" | contains "EC PRIVATE KEY")', '(genPrivateKey "ed25519" | contains "PRIVATE KEY")',
    "(genPrivateKey {str} | len | lt 50)", '((genCA {str} 1).Cert | contains "CERTIFICATE")', '(genCA "a" {str})',
    '((genCAWithKey {str} 5 (genPrivateKey "ecdsa")).Key | contains "EC PRIVATE")', '(genCAWithKey "a" 5 {str})',
    '((genSelfSignedCert {str} (list `10.0.0.1`) (list {str}) 3).Cert | len | lt 500)', '(genSelfSignedCert "a" {list} {list} 3).none',
    '((genSelfSignedCertWithKey "a" nil nil 3 (genPrivateKey "ecdsa")).Cert | empty)', '(genSelfSignedCertWithKey "a" nil (list 1) 3 {str})',
    '((genSignedCert "b" nil nil 3 (genCAWithKey "c" 5 (genPrivateKey "ecdsa"))).Cert | empty)', '(genSignedCert "b" nil nil 3 {str})',
    '((genSignedCertWithKey "b" nil nil 3 (genCAWithKey "c" 5 (genPrivateKey "ecdsa")) (genPrivateKey "ed25519")).Cert | contains "BEGIN")',
    "(genSignedCertWithKey {str} {list} {list} 3 {str} {str})", "(buildCustomCert {base64} {base64})",
    "((buildCustomCert (b64enc (genCAWithKey `c` 5 (genPrivateKey `ecdsa`)).Cert) (b64enc (genPrivateKey `ecdsa`))).Cert | contains `BEGIN`)",
)  # fmt: skip


@attrs.frozen
class Signature:
    """A function as the generator calls it."""

    name: str
    params: tuple[str, ...]
    result: str


def _parsed() -> dict[str, Signature]:
    table = {}
    for line in _TABLE.strip().splitlines():
        names, kinds = line.split(":")
        params, result = kinds.split("->")
        for name in names.split(","):
            table[name] = Signature(name, tuple(params.split()), result.strip())
    return table


SIGNATURES: Final = _parsed()
