"""Mutations that know the dialect: keys, values and titles of INI files, and tokens of JSON files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

from launcher_k8s.config.table import CLUSTER_KEYS, PROFILE_KEYS, RESOURCE_KEYS, Setting
from tests.config_writer import write_setting
from tests.fuzz.connect import is_connect, mutate_connect
from tests.fuzz.draft import Draft, kind_of
from tests.fuzz.texts import pick

_KEYS: Mapping[str, Mapping[str, Setting]] = {
    "main": CLUSTER_KEYS, "profiles": PROFILE_KEYS, "resources": RESOURCE_KEYS,
}  # fmt: skip
_ALL_KEYS = (*CLUSTER_KEYS.values(), *PROFILE_KEYS.values(), *RESOURCE_KEYS.values())
_FOREIGN_KEYS = (
    "config-file",
    "name",
    "type",
    "scratch-path",
    "heartbeat",
    "x",
    "MAX-CPUS",
    "max_cpus",
    "max-cpu",
    "",
)

_VALUES = (
    "", '""', '"', "0", "1", "-1", "2", "0.5", "1.5", "0.0001", "0.0000001", "1e3", "1e999999", "NaN",
    "Infinity", "-0", "500m", "4Gi", "512MB", "1,5", "1_000", "0x10", "99999999999999999999", "9" * 40,
    "1000000000000001", "\uff11", "\u0661", "true", "no", "maybe", "null", "Kubernetes", "kubernetes",
    "Local", "r:9", "small", "small,smal", "a,b", ",", ",,", "gpu:a100", "gpu:", ":a", "https://h",
    "http://[::1]:6443", "https://h/api", "ftp://h", "https://u:p@h", "https://h:0", "https://h:99999",
    "https://[", "//", "/etc", "token", "x.json", "../x", "Kubernetes ", "RSTUDIO", "a" * 64, "LS0t",
    '"a","b"', '"/a":"x.json"', '"/a":"x.json","/b":"x.json"', '"a":"x.json"', '"/a[0]":"x.json"',
    '"/a~2":"x.json"', '"":"x.json"', '"/a":"none.json"', '"/spec/parallelism":"x.json"',
    '"/spec/template":"x.json"', "/a:x.json",
)  # fmt: skip
_FORMS = ('"{}"', '"{}', '{}"', "'{}'", "{} # x", "{};x", "{},{}", "{}, ", "{}m", "-{}", "{}0", "{}=", " ")
_TITLES = (
    "*", "@", "@posit-power-users", "@nobody", "jsmith", "custom", "custom", "small", "default", "cluster",
    "server", "", " ", "[", "a]b", "\uff0a", "CUSTOM", "@@x", "@*", "everyone", "jsmit", "group:x",
)  # fmt: skip
_POINTERS = (
    "", "/", "a", "/a[0]", "/a/[0]", "/a~", "/a~2", "/é", "//", "/spec/parallelism", "/spec/template",
    "/metadata", "/metadata/generateName", "/spec/template/spec/containers/0/name",
    "/spec/template/spec/restartPolicy", "/kind",
)  # fmt: skip
_JSON_TOKENS = (
    "{", "}", "[", "]", ",", ":", "null", "NaN", "-Infinity", "1e999", "9" * 30, "-", "01", '"a"', '"a":1,',
    '"\\ud800"', '"\\u0000"', "'a'", "//", "\\", '"', "true", "True", "[" * 150 + "]" * 150, "[" * 3000,
    '{"a":' * 120 + "1" + "}" * 120, '{"a":1,"a":2}',
)  # fmt: skip

_ENTRY = re.compile(r"^([^=\n\[]*)=(.*)$", re.MULTILINE)
_TITLE = re.compile(r"^\[.*\]$", re.MULTILINE)
_POINTER = re.compile(r'"([^"\n]*)"[ \t]*:')
_BOOLEAN = re.compile(r"(?<==)(?:0|1|true|false|no|yes)$", re.MULTILINE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def mutate_entries(draft: Draft, random: Random) -> None:
    """Change one file as somebody would who knows the dialect, and not what it says."""
    path = random.choice(draft.texts())
    text = draft.files[path]
    assert isinstance(text, str)
    if is_connect(path):
        draft.files[path] = mutate_connect(text, random)
        return
    mutations = _OF_JSON if path.endswith(".json") else _OF_INI
    draft.files[path] = random.choice(mutations)(text, kind_of(path), random)


def _match(pattern: re.Pattern[str], text: str, random: Random) -> re.Match[str] | None:
    matches = list(pattern.finditer(text))
    return random.choice(matches) if matches else None


def _with(text: str, match: re.Match[str] | None, group: int, new: Callable[[str], str]) -> str:
    if match is None:
        return text
    return text[: match.start(group)] + new(match[group]) + text[match.end(group) :]


def _change_value(text: str, _: str, random: Random) -> str:
    return _with(text, _match(_ENTRY, text, random), 2, lambda _: random.choice(_VALUES))


def _decorate_value(text: str, _: str, random: Random) -> str:
    form = random.choice(_FORMS)
    return _with(text, _match(_ENTRY, text, random), 2, lambda value: form.replace("{}", value))


def _flip(text: str, _: str, random: Random) -> str:
    return _with(text, _match(_BOOLEAN, text, random), 0, lambda value: "0" if value in "1true" else "1")


def _change_pointer(text: str, _: str, random: Random) -> str:
    return _with(text, _match(_POINTER, text, random), 1, lambda _: random.choice(_POINTERS))


def _change_number(text: str, _: str, random: Random) -> str:
    new = random.choice(("0", "1", "3", "100000", "0.0002", "-2", "1.5", "5e3", "1.", "10000000000000000"))
    return _with(text, _match(_NUMBER, text, random), 0, lambda _: new)


def _change_key(text: str, kind: str, random: Random) -> str:
    keys: Sequence[str] = random.choice(
        ([*_KEYS.get(kind, ())], [s.option.key for s in _ALL_KEYS], _FOREIGN_KEYS)
    )
    return _with(
        text, _match(_ENTRY, text, random), 1, lambda old: random.choice(keys) if keys else f"{old}s"
    )


def _misspell_key(text: str, _: str, random: Random) -> str:
    def misspell(key: str) -> str:
        at = pick(key, random)
        return random.choice(
            (
                key[:at] + key[at + 1 :],
                key[:at] + key[at : at + 1] * 2 + key[at + 1 :],
                key.upper(),
                key.replace("-", "_"),
            )
        )

    return _with(text, _match(_ENTRY, text, random), 1, misspell)


def _add_entry(text: str, kind: str, random: Random) -> str:
    """One more key, rather of this kind of file, with a value that it may have."""
    keys = [*_KEYS[kind].values()] if kind in _KEYS and random.random() < 0.9 else _ALL_KEYS
    setting = random.choice(keys)
    lines = text.split("\n")
    lines.insert(
        random.randrange(len(lines) + 1), f"{setting.option.key}={write_setting(setting, random).text}"
    )
    return "\n".join(lines)


def _change_title(text: str, _: str, random: Random) -> str:
    return _with(text, _match(_TITLE, text, random), 0, lambda _: f"[{random.choice(_TITLES)}]")


def _break_title(text: str, _: str, random: Random) -> str:
    form = random.choice(("{}x", "[{}", "{}]", "x{}", "{} # c", " {}", "{}={}"))
    return _with(text, _match(_TITLE, text, random), 0, lambda title: form.replace("{}", title))


def _add_title(text: str, _: str, random: Random) -> str:
    lines = text.split("\n")
    lines.insert(random.randrange(len(lines) + 1), f"[{random.choice(_TITLES)}]")
    return "\n".join(lines)


def _of_sections(change: Callable[[list[str], Random], None]) -> Callable[[str, str, Random], str]:
    def mutate(text: str, _: str, random: Random) -> str:
        sections = re.split(r"(?m)^(?=\[)", text)
        change(sections, random)
        return "".join(sections)

    return mutate


def _drop_section(sections: list[str], random: Random) -> None:
    del sections[pick(sections, random)]


def _copy_section(sections: list[str], random: Random) -> None:
    sections.insert(pick(sections, random) + 1, random.choice(sections))


def _move_section(sections: list[str], random: Random) -> None:
    sections.insert(pick(sections, random), sections.pop(pick(sections, random)))


def _insert_token(text: str, _: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(_JSON_TOKENS) + text[at:]


def _be_token(_: str, __: str, random: Random) -> str:
    return random.choice(_JSON_TOKENS)


_OF_INI: Sequence[Callable[[str, str, Random], str]] = (
    _change_value, _change_value, _change_value, _decorate_value, _change_number, _change_number,
    _change_pointer, _flip, _change_key, _misspell_key, _add_entry, _add_entry, _add_entry, _change_title,
    _break_title, _add_title, _of_sections(_drop_section), _of_sections(_copy_section),
    _of_sections(_move_section),
)  # fmt: skip
_OF_JSON: Sequence[Callable[[str, str, Random], str]] = (
    _insert_token,
    _insert_token,
    _be_token,
    _change_number,
)
