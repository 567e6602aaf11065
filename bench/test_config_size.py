"""Reading and telling about configuration of 10 MB, of every kind that somebody may meet, or make up.

Nothing of this is a configuration that somebody means; but a reader that takes quadratic time for it takes a
daemon down. Each kind is read at half the size too: twice as much may take little more than twice as long.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count, islice
from typing import TypeAlias

import pytest

from launcher_k8s.report import diagnostics_text
from tests.memory_files import (
    CONNECT,
    CONNECT_CONNECTION,
    CONNECTION,
    LAUNCHER,
    MAIN,
    PROFILES,
    RESOURCES,
    accounts_of,
    read_texts,
)

MEGABYTES = 10
MOST_S = 60.0  # of CPU for 10 MB, on a machine that does other things as well; alone it takes a third
MOST_GROWTH = 3.0  # for twice the size
SETTLED_S = 0.5  # below which growth is noise

Files: TypeAlias = Mapping[str, str | bytes]


def lines(size: int, *forms: str) -> str:
    """So many characters of lines, each form in turn; `{0}` in one is the number of the turn."""
    return "".join(_fill(size, (form.format(number) for number in count() for form in forms)))


def _fill(size: int, parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        yield f"{part}\n"
        size -= len(part) + 1
        if size <= 0:
            return


def words(number: int, form: str) -> str:
    """A list of so many items."""
    return ",".join(form.format(each) for each in islice(count(), number))


def profiles(*forms: str, first: str = "") -> Callable[[int], Files]:
    return lambda size: {PROFILES: first + lines(size, *forms)}


def beside(size: int, users: str, resources: str, *, first: str = "") -> Files:
    """Profiles and resources, each of half the size."""
    return {PROFILES: first + lines(size // 2, users), RESOURCES: lines(size // 2, resources)}


def connect(*forms: str) -> Callable[[int], Files]:
    return lambda size: {CONNECT: CONNECT_CONNECTION + lines(size, *forms)}


def definition(*forms: str, first: str = "", share: int = 12) -> Callable[[int], Files]:
    """A cluster definition, so much smaller that it is read at all."""
    named = f"{CONNECT_CONNECTION}ClusterDefinition = a.yaml\n"
    return lambda size: {CONNECT: named, "a.yaml": first + lines(size // share, *forms)}


def override(text: str | bytes) -> Files:
    return {PROFILES: '[*]\njob-json-overrides="/spec/a":"a.json"\n', "a.json": text}


RESOURCE = "[r{0}]\ncpus=2\nmem-mb=4096"
CONSTRAINED = f"{RESOURCE}\nplacement-constraints=gpu:a100"
MANY_ITEMS = 30_000  # as many as a line holds

KINDS: Mapping[str, Callable[[int], Files]] = {
    "main: comments": lambda size: {MAIN: CONNECTION + lines(size, "# a comment, {0}")},
    "main: unknown keys": lambda size: {MAIN: lines(size, "fetch-limits{0}=1")},
    "main: one key": lambda size: {MAIN: lines(size, "fetch-limit=1")},
    "main: sections": lambda size: {MAIN: lines(size, "[a{0}]")},
    "main: no equals": lambda size: {MAIN: lines(size, "abc")},
    "main: quotes": lambda size: {MAIN: lines(size, 'server-user="' + '" #"' * 50_000)},
    "main: blanks": lambda size: {MAIN: lines(size, "server-user=" + " ;" * 1000, " " * 60_000 + "x")},
    "one long line": lambda size: {MAIN: "a" * size},
    "long lines": lambda size: {MAIN: lines(size, "server-user=" + "a" * 262_000)},
    "bytes": lambda size: {MAIN: bytes(range(1, 256)) * (size // 255)},
    "bytes without lines": lambda size: {MAIN: b"\xff\xfd" * (size // 2)},
    "NUL at the end": lambda size: {MAIN: b"# \xc3\xbc\n" * (size // 5) + b"\0"},
    "launcher: clusters": lambda size: {LAUNCHER: lines(size, "[cluster]\nname=c{0}\ntype=Local")},
    "launcher: our clusters": lambda size: {
        LAUNCHER: lines(size // 100, "[cluster]\nname=c{0}\ntype=Kubernetes\nconfig-file=c{0}.conf")
    },
    "profiles: users": profiles("[u{0}]\nmax-cpus=2\ndefault-cpus=1"),
    "profiles: one user": profiles("[jsmith]\nmax-cpus={0}"),
    "profiles: everyone": profiles("[*]\nmax-cpus={0}"),
    "profiles: groups": profiles("[@g{0}]\nmax-cpus={0}\ndefault-cpus=9999999"),
    "profiles: defaults rise, maxima fall": profiles("[@g{0}]\nmax-cpus=5{0}\n[@h{0}]\ndefault-cpus=4{0}"),
    "profiles: misplaced": profiles("[u{0}]\nmax-cpus=2\n[@g{0}]\nmax-cpus=3\n[*]\nmax-cpus=4"),
    "profiles: unknown keys": profiles("[u{0}]\nmax-cpu{0}=4"),
    "profiles: bad numbers": profiles("[u{0}]\nmax-cpus={0}m"),
    "profiles: bad titles": profiles("[u{0}"),
    "profiles: least": profiles("[u{0}]\nmax-cpus=0.0005\ncpu-request-ratio=0.001\ndefault-mem-mb=0.0001"),
    "profiles: unknown resources": profiles("[u{0}]\nresource-profiles=a{0},b{0}"),
    "profiles: a default image each": profiles(
        "[u{0}]\ndefault-container-image=i1",
        first=f"[*]\nallow-unknown-images=0\ncontainer-images={words(MANY_ITEMS, 'i{}')}\n",
    ),
    "profiles: a last image each": profiles(
        f"[u{{0}}]\ndefault-container-image=i{MANY_ITEMS - 1}",
        first=f"[*]\nallow-unknown-images=0\ncontainer-images={words(MANY_ITEMS, 'i{}')}\n",
    ),
    "profiles: long lists": profiles(f"[u{{0}}]\ncontainer-images={words(MANY_ITEMS, 'i{}')}"),
    "profiles: overrides": lambda size: {
        PROFILES: lines(size, '[u{0}]\njob-json-overrides="/spec/a{0}":"a.json"'), "a.json": "1",
    },
    "profiles: overrides of groups": lambda size: {
        PROFILES: lines(size, '[@u{0}]\njob-json-overrides="/spec/a{0}":"a.json"'), "a.json": "1",
    },
    "profiles: override files": profiles('[u{0}]\njob-json-overrides="/spec/a":"{0}.json"'),
    "profiles: long overrides": lambda size: {
        PROFILES: lines(size, "[u{0}]\njob-json-overrides=" + words(9000, '"/a{}":"a.json"')), "a.json": "1",
    },
    "profiles: broken overrides": profiles('[u{0}]\njob-json-overrides="/spec/a' + '":' * 100_000),
    "resources": lambda size: {RESOURCES: lines(size, RESOURCE)},
    "resources: one title": lambda size: {RESOURCES: lines(size, "[r]\ncpus=1\nmem-mb=1")},
    "resources: incomplete": lambda size: {RESOURCES: lines(size, "[r{0}]\ncpus=1\ncpus-request=2")},
    "resources: users over maxima": lambda size: beside(size, "[u{0}]\nmax-cpus=1", RESOURCE),
    "resources: everyone over a maximum": lambda size: beside(
        size, "[u{0}]\nmax-mem-mb=99999", RESOURCE, first="[*]\nmax-cpus=1\n"
    ),
    "resources: constraints offered": lambda size: beside(
        size, "[u{0}]\nplacement-constraints=gpu", CONSTRAINED
    ),
    "resources: constraints not offered": lambda size: beside(
        size, "[u{0}]\nplacement-constraints=x", CONSTRAINED
    ),
    "resources: an offer each": lambda size: beside(
        size,
        "[u{0}]\nresource-profiles=r1,r{0}",
        CONSTRAINED,
        first=f"[*]\nplacement-constraints={words(MANY_ITEMS, 'gpu:{}')},gpu\n",
    ),
    "resources: long offers": lambda size: {
        PROFILES: f"[*]\nresource-profiles={words(MANY_ITEMS, 'r{}')}\n"
        + lines(size // 2, "[u{0}]\nmax-cpus=9"),
        RESOURCES: lines(size // 2, CONSTRAINED),
    },
    "connect: comments": connect("; a comment, {0}"),
    "connect: other keys": connect("Other{0} = 1"),
    "connect: near misses": connect("KubernetesNamepsace{0} = 1"),
    "connect: one key": connect("KubernetesNamespace = a{0}"),
    "connect: sections": connect("[A{0}]", '[Launcher "{0}"]'),
    "connect: bad titles": connect("[A{0}"),
    "connect: one value": connect("abc \\"),
    "connect: quotes": connect("Other = " + '"' * 200_000, "Other = " + "\\\\" * 100_000),
    "connect: blanks": connect("Other = " + " " * 200_000 + "x", "DataDir = " + " ;" * 1000),
    "connect: placeholders": connect("DataDir = " + "<" * 200_000, "DataDir = " + "<a>" * 60_000),
    "connect: definitions": connect("ClusterDefinition = {0}.yaml"),
    "definition: images": definition("- name: r:{0}", first="images:\n"),
    "definition: too large": definition("- a", share=1),
    "definition: comments": definition("# {0}"),
    "definition: keys": definition("a{0}: b"),
    "definition: one key": definition("a: b"),
    "definition: open": definition("[" * 1000),
    "definition: aliases": definition("- &a{0} x"),
    "definition: long words": definition("a" * 200_000, "- " * 1000),
    "json: a list": lambda size: override(json.dumps(list(range(size // 7)))),
    "json: an object": lambda size: override(json.dumps({f"a{number}": "b" for number in range(size // 13)})),
    "json: one string": lambda size: override(json.dumps("\u00fc" * (size // 6))),
    "json: one number": lambda size: override("9" * size),
    "json: deep": lambda size: override("[" * (size // 2) + "]" * (size // 2)),
    "json: open": lambda size: override("[" * size),
    "json: many deep": lambda size: override("[" + ",".join(["[" * 200 + "]" * 200] * (size // 401)) + "]"),
    "json: wide and deep": lambda size: override("[" * 99 + ",".join(["{}"] * (size // 3)) + "]" * 99),
    "json: a key twice": lambda size: override("{" + '"a":1,' * (size // 6) + '"a":1}'),
    "json: a key twice, deep": lambda size: override(
        '{"a":' * 900 + "{" + '"b":1,' * (size // 6) + '"b":1}' + "}" * 900
    ),
    "json: a key twice at the end, deep": lambda size: override(
        '{"a":' * 900 + "{" + "".join(f'"b{n}":1,' for n in range(size // 9)) + '"b0":1}' + "}" * 900
    ),
    "json: broken at the end": lambda size: override("[" + "\n1," * (size // 3)),
    "json: not UTF-8": lambda size: override(b'"' + b"a\n" * (size // 2) + b"\xff"),
    "json: surrogates": lambda size: override('"' + "\\ud800" * (size // 6) + '"'),
    "json: named by everybody": lambda size: {
        PROFILES: lines(size // 20, '[u{0}]\njob-json-overrides="/spec/a":"a.json"'),
        "a.json": "[" * (size // 2),
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_ten_megabytes_are_read_and_told_in_seconds(kind: str) -> None:
    half, whole = (_seconds(KINDS[kind](size)) for size in (MEGABYTES * 500_000, MEGABYTES * 1_000_000))
    print(f"\n{kind:40} {half:6.2f} s, {whole:6.2f} s of CPU, {whole / max(half, 0.001):.2f} times")
    assert whole <= MOST_S
    assert whole <= max(SETTLED_S, MOST_GROWTH * half)


def _seconds(files: Files) -> float:
    """CPU of reading, and of telling all that was found with its line."""
    begun = time.process_time()
    _, diagnostics = read_texts(files, accounts=accounts_of(frozenset()))
    assert len(diagnostics_text(diagnostics)) < 5_000_000
    return time.process_time() - begun
