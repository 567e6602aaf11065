"""Constants as templates write them, by the kind of value that a function wants."""

from __future__ import annotations

from random import Random
from typing import Final

from launcher_k8s.templates.govalues.quoting import quote

TEXTS: Final = (
    "", "a", "b", "abc", "Hello World", "foo-bar_baz.qux", "fooBarBaz HTTPServer", "é", "Straße ß", "日本語 テキスト",
    "  padded\t", "line one\nline two\n", "a\r\nb", "%d %s", "100%", "1.5", "true", "yes", "null", "~", "010", "0x1F",
    "1e3", "-7", "<b>&'\"</b>", "🎉 party", "tab\there", "2024-05-17", "a,b,,c", "a: b", "- x", "# no", "x" * 90,
    "the quick brown fox jumps over the lazy dog and then it runs away from the farm again", "$UNSET-x", "K=V", "\\d",
    "{{ .s1 }}", "ﬁ ǆ İ", "a\u2028b", "\x7f", "'", "`", "=", "<<", "12:30", "1_000", " ", "\n", "a/b/../c", "É", "ſ",
)  # fmt: skip
ODD_BYTES: Final = (r'"\xff\xfe"', r'"a\x80b"', r'"\x00"', r'"\u200b"', r'"\U0001F600"', r'"\303\251"')
POOLS: Final[dict[str, tuple[str, ...]]] = {
    "int": ('0', '1', '2', '3', '5', '-1', '-3', '7', '10', '0x1F', "'a'", '017', '1_0', '0b11', '2.0',
        '1e1'),
    "count": ("1", "2", "3", "5", "13"),
    "size": ('0', '1', '2', '3', '5', '8', '13', '20'),
    "num": ('0', '1', '-1', '3', '7', '2.5', '-0.5', '1e3', '1.0', '0.1', '123456789', '1e21', '1e-7',
        '"12"', '"3.7"', '"08"', '"abc"', 'true', '9223372036854775807', '-9223372036854775808',
        '3.999999', '"0x10"', '" 5"', 'nil'),
    "float": ('0.5', '1.5', '-2.5', '1e6', '123456.789', '1e-5', '1e21', '0.1', '2.0', '-0.0'),
    "key": ('"a"', '"b"', '"s1"', '"n1"', '"l1"', '"d1"', '"none"', '"é"', '""'),
    "regex": ('"a+"', '"[a-z]+"', '"(o)(.)"', '"^"', '"$"', '""', '"\\\\d+"', '"(?i)HELLO"',
        '"(?P<x>l+)o"', '"\\\\s*,"', '"[^a-z]"', '"."', '"\\\\bfox\\\\b"', '"(a|b)*"', '"[[:alpha:]]+"',
        '"\\\\p{L}+"', '"(?s).*"', '"(?m)^l.*$"'),
    "replacement": ('"x"', '"$1"', '"${1}W"', '"$1W"', '"$$"', '"${x}-"', '""', '"$0$0"', '"$"', '"${"',
        '"é"'),
    "semver": ('"1.2.3"', '"v1.2"', '"1"', '"1.2.3-beta.1+b5"', '"2.0.0-rc.1"', '"0.0.0"', '"1.30.5+k3s1"',
        '"10.0.0"'),
    "constraint": ('"^1.2"', '"~1.2.3"', '">=1.0, <2.0"', '"1.x"', '"*"', '"1.2 - 2.0"', '"^0.0"',
        '"!=1.2.3"', '"~>1"', '">1.2.3-0"', '"<2 || >=3"', '"=v1.2.3"', '"^1.2.3-beta"', '"<=1.2.x"'),
    "layout": ('"2006-01-02"', '"2006-01-02T15:04:05Z07:00"', '"Jan _2 15:04:05.000"',
        '"Monday 02-Jan-06 3:04PM MST"', '"2006"', '"002 .999 -0700"', '"lit 15h"', '""',
        '"20060102150405"', '"Jan 2, 2006 at 3:04pm"'),
    "duration": ('"1h"', '"-1.5h"', '"2h45m30s"', '"1000ms"', '"1us3ns"', '"0"', '"x"', '""', '"1d"',
        '"87600h"', '"5"'),
    "zone": ('"UTC"', '"Europe/Berlin"', '"America/New_York"', '"Asia/Kolkata"', '"Nowhere/Land"', '""',
        '"Local"'),
    "json": ('`{"a": [1, 2.5, null, "x"], "b": {"c": true}}`', '`[1, "a", {}]`', '`"text"`', '`12`',
        '`null`', '`"\\ud800"`', '`{"big": 12345678901234567890}`', '`{"é": "<>&"}`', '`{"a":1,"a":2}`'),
    "yaml": ('`a: 1\nb: [x, y]\nc: {d: yes}`', '`- 1\n- two\n- 3.5\n`', '`text`', '``', '`a: b: c`',
        '`a: [1`', '`a: 017\nb: 0o17\nc: 1_000\nd: 12:30\ne: ~`', '`"q": \'it\'\'s\'`',
        '`k: |\n  line\n  more\n`', '`k: >-\n  folded\n  text\n`', '`? x\n: y`', '`a: &x 1\nb: *x`',
        '`a: *none`', '`a: 1\na: 2`', '`\tx: 1`', '`1: a\ntrue: b\n2.5: c\n`', '`!!str 5`',
        '`a: 2024-05-17`', '`@x`', '`%`', '`- a\nb: c`', '`# only`'),
    "toml": ("`d = 2024-05-17\nt = 10:11:12.5\ndt = 2024-05-17 10:11:12\nz = 2024-05-17T10:11:12+02:00`",
        '`a = 1\nb = "x"\n[t]\nc = [1, 2]`', '`x = 1.5\ny = true\nd = 2024-05-17\n`', '``', '`a = `',
        '`= 1`', '`[[p]]\nn = 1\n[[p]]\nn = 2\n`', '`a = 1\na = 2`', '`k = \'lit\'\nm = """\nml"""`',
        '`[x`', '`a.b = 0x1F`'),
    "path": ('"/a/b/c.txt"', '"a//b/../c"', '""', '"."', '"/"', '".bashrc"', '"x.tar.gz"', '"../up"',
        '"dir/"', '"//a"'),
    "url": ('"https://user:pw@host.example:8443/p/a%20th?q=1&r=é#frag"', '"http://h"', '"mailto:a@b.c"',
        '"/just/path"', '""', '"http://[::1]:80/"', '"//h/p?x"'),
    "hash": ('"MD5"', '"long"', '"maximum"', '"pin"', '"basic"', '"medium"', '"short"', '"x"'),
    "base64": ('"aGVsbG8="', '"aGVsbG8"', '"!!"', '""', '"w6k="', '"aGVs\\nbG8="'),
    "base32": ('"NBSWY3DP"', '"nbswy3dp"', '"NB======"', '""', '"1"'),
    "kindname": ('"string"', '"int"', '"map"', '"slice"', '"float64"', '"bool"', '"invalid"', '"ptr"',
        '"struct"'),
    "typename": ('"string"', '"int"', '"int64"', '"map[string]interface {}"', '"[]interface {}"',
        '"[]string"', '"*string"', '"float64"'),
    "user": ('"jsmith"', '"admin"', '"empty"'),
    "format": ('"%v"', '"%s|%d"', '"%q"', '"%5d|%-5d|%05d"', '"%x %X"', '"%6.2f"', '"%e %g"', '"%t"',
        '"%c %U"', '"%T"', '"%+v"', '"%#v"', '"%%"', '"%!"', '"%"', '"%z"', '"%[2]v %[1]v"', '"%*d"',
        '"%.3s"', '"%b %o"', '"% x"', '"%-10s|"', '"%10q"', '"%v %v %v"', '"%.2v"', '"%[5]d"',
        '"%#x %#o %#q"', '"%+d"', '"%08.3f"', '"plain"', '"%s"', '"%d"', '"% d"', '"%O"', '"%+q"'),
}  # fmt: skip
SPOILT: Final[dict[str, tuple[str, ...]]] = {
    "regex": ('"[a-"', '"(x"', '"*"', '"a{2,1}"', '"\\\\q"', '"(?=a)"', '"\\\\pX"', '"(?z)"', '"a**"'),
    "semver": ('"1.2.3.4"', '"x"', '""', '"01.2.3"', '"1.2.3-01"', '"1.2.3-"'),
    "constraint": ('"nonsense"', '""'),
    "json": ('`{"a": 1`', '`[1,]`', '`nope`', '``', '`{"a": 1e400}`', '`{"a":1} x`', '`"a\nb"`', '`[tru]`',
        '`{1:2}`'),
    "url": ('"http://h:port/"', '":x"', '"http://a b/"', '"%zz"', '"a:b:c"'),
    "user": ('"nobody-here"',),
    "size": ('"-1"', '-1', '-3', '"x"', '1.5'),
}  # fmt: skip
"""What functions refuse, by kind."""
COMMANDS: Final = {
    "id -g": {"stdout": "1001\n"},
    "fails": {"exitCode": 1, "err": "exit status 1", "stderr": "no\n"},
    "killed now": {"exitCode": -1, "err": "signal: killed"},
}
GROUPS: Final = {"jsmith": ["users", "power"], "admin": ["admins"], "empty": []}


def constant(kind: str, random: Random, spoilt: float) -> str | None:
    """A constant of a kind as a template writes it; None if the kind has none.

    Args:
        kind: The kind.
        random: Where chance comes from.
        spoilt: How often it is one that functions refuse.
    """
    if kind in SPOILT and random.random() < spoilt:
        return random.choice(SPOILT[kind])
    if kind in POOLS:
        return random.choice(POOLS[kind])
    if kind == "str":
        return written(random.choice(TEXTS), random) if random.random() < 0.94 else random.choice(ODD_BYTES)
    if kind == "bool":
        return random.choice(("true", "false"))
    return None


def written(text: str, random: Random) -> str:
    """A text as a constant: quoted, or raw where it can be."""
    raw_can = "`" not in text and "\r" not in text and "{{" not in text
    return f"`{text}`" if raw_can and random.random() < 0.2 else quote(text)
