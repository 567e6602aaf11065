"""Writes configuration directories: every option by its metadata, in all forms that mean the same.

What is written is told beside its text, so that a test can see that it is what is read. All choices come
from a `random.Random`, hypothesis' or a fuzzer's. Values are few and odd rather than likely.
"""

from __future__ import annotations

import base64
import json
import posixpath
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from random import Random
from types import MappingProxyType
from typing import Any

import attrs

from launcher_k8s.config.table import CLUSTER_KEYS, PROFILE_KEYS, RESOURCE_KEYS, Setting
from launcher_k8s.job import PlacementConstraint
from launcher_k8s.options import Option, ValueKind
from tests.memory_files import DIRECTORY, LAUNCHER, MAIN

WORDS = ("a", "posit-power-users", "r-session:3.4.2", "jsmith", "Größe", "x.y/z", "ab#cd", "a;b", "0", "k=v")
_PHRASES = ("Huge Memory", 'the 5" disk', "a # b", "tab\tin it", "C:\\dir", "two  blanks", "'single'", "100%")
_HOSTS = ("k8s", "k8s.example.org", "10.0.0.1", "[2001:db8::1]")
_TRUE = ("1", "true", "True", "YES", "on")
_FALSE = ("0", "false", "FALSE", "no", "Off")
_BLANKS = ("", "", "", " ", "\t", "  ")
_COMMENTS = ("# note", "; note", '# "quoted" = [x]', "; = ]", "#")
_POINTERS = (
    "/spec/template/spec/hostAliases",
    "/metadata/labels/x.org~1y",
    "/spec/a~0b",
    "/spec/list/-",
    "/a/0",
)

_JSON: tuple[Any, ...] = (
    {}, [], "text", 0, -1.5, True, None, [{"ip": "10.2.141.12", "hostnames": ["db01"]}], {"": {"é": ["\\"]}},
)  # fmt: skip


@attrs.frozen
class Written:
    """A value and the text that says it, with the files that it needs beside it, by name."""

    value: Any
    text: str
    files: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class WrittenSection:
    """A title and what stands below it: values by field, and lines counted from 1."""

    title: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]


@attrs.frozen
class WrittenFile:
    """An INI file; its keys before any title are the first section, with an empty title."""

    text: str
    sections: tuple[WrittenSection, ...]
    files: Mapping[str, str]


@attrs.frozen
class WrittenDirectory:
    """A directory that must be read without an error; ``files`` are their bytes by name."""

    files: Mapping[str, bytes]
    name: str
    main_file: str
    main: WrittenSection
    profiles: tuple[WrittenSection, ...]
    resources: tuple[WrittenSection, ...]


def write_directory(random: Random, *, share: float = 0.25) -> WrittenDirectory:
    """A directory with a main file, and maybe launcher.conf.

    Args:
        random: What chooses.
        share: How much of the optional keys each section has.
    """
    name = random.choice(("Kubernetes", "Other cluster"))
    main_file = MAIN if name == "Kubernetes" else random.choice((MAIN, "k8s/other.conf"))
    main = write_ini([("", _some(CLUSTER_KEYS, random, share))], CLUSTER_KEYS, random)
    resources = write_ini(_resource_sections(random, share), RESOURCE_KEYS, random)
    profiles = write_ini(_profile_sections(random, share), PROFILE_KEYS, random)
    beside = posixpath.dirname(main_file)
    profiles_file = main.sections[0].values.get("profile_config") or "launcher.kubernetes.profiles.conf"
    files = {
        main_file: main.text,
        posixpath.join(beside, profiles_file): profiles.text,
        f"{main_file.removesuffix('.conf')}.resources.conf": resources.text,
    }
    directory = posixpath.dirname(posixpath.join(beside, profiles_file))
    files |= {posixpath.join(directory, path): text for path, text in profiles.files.items()}
    if name != "Kubernetes" or random.random() < 0.3:
        files[LAUNCHER] = _launcher_text(name, main_file)
    encoded = {
        path.removeprefix(f"{DIRECTORY}/"): encode_text(text, path, random) for path, text in files.items()
    }
    return WrittenDirectory(
        encoded, name, main_file, main.sections[0], profiles.sections[1:], resources.sections[1:]
    )


def write_ini(
    sections: Iterable[tuple[str, Iterable[Setting]]], keys: Mapping[str, Setting], random: Random
) -> WrittenFile:
    """A file of these sections; the first has the keys before any title where its title is empty."""
    lines: list[str] = []
    files: dict[str, str] = {}
    written = []
    for title, settings in sections:
        if title:
            lines.append(_decorated(f"[{random.choice(_BLANKS)}{title}{random.choice(_BLANKS)}]", random))
        values, numbers = {}, {}
        for setting in settings:
            value = write_setting(setting, random)
            _write_filler(lines, random)
            equals = f"{random.choice(_BLANKS)}={random.choice(_BLANKS)}"
            lines.append(_decorated(f"{setting.option.key}{equals}{value.text}", random))
            values[setting.field], numbers[setting.field] = value.value, len(lines)
            files.update(value.files)
        written.append(WrittenSection(title, values, numbers))
    text = "\n".join(lines) + random.choice(("", "\n", "\n\n \t\n"))
    return WrittenFile(text, tuple(written), files)


def encode_text(text: str, path: str, random: Random) -> bytes:
    """A text's bytes, with or without a byte order mark and carriage returns."""
    if path.endswith(".conf") and random.random() < 0.2:
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if random.random() < 0.2 else "utf-8")


def _some(keys: Mapping[str, Setting], random: Random, share: float) -> list[Setting]:
    """Some settings in any order; those that are required, always."""
    chosen = [s for s in keys.values() if s.is_required or random.random() < share]
    random.shuffle(chosen)
    return chosen


def _resource_sections(random: Random, share: float) -> list[tuple[str, Iterable[Setting]]]:
    titles = random.sample(("default", "small", "huge mem", "gpu=1", "*"), random.randrange(3))
    return [("", ()), *((title, _some(RESOURCE_KEYS, random, share)) for title in titles)]


def _profile_sections(random: Random, share: float) -> list[tuple[str, Iterable[Setting]]]:
    titles = random.choices(
        ("*", "@posit-power-users", "@domain users", "jsmith", "Größe"), k=random.randrange(4)
    )
    return [("", ()), *((title, _some(PROFILE_KEYS, random, share)) for title in titles)]


def _launcher_text(name: str, main_file: str) -> str:
    return (
        "[server]\naddress=localhost\n\n[cluster]\nname=Local\ntype=Local\n\n"
        f'[cluster]\nname="{name}"\ntype=Kubernetes\nconfig-file={main_file}\nexe=/usr/bin/plugin\n'
    )


def _write_filler(lines: list[str], random: Random) -> None:
    if random.random() < 0.3:
        lines.append(random.choice(("", " \t", "# key = value", "  ; [title]", "#")))


def _decorated(line: str, random: Random) -> str:
    """A line between blanks, with a comment where it cannot be taken for a part of the value."""
    comment = random.choice(_COMMENTS) if line.count('"') % 2 == 0 and random.random() < 0.3 else ""
    return f"{random.choice(_BLANKS)}{line}{random.choice((' ', chr(9))) + comment if comment else ''}"


def write_setting(setting: Setting, random: Random) -> Written:
    """A value of one key, or where it may be, that it is empty."""
    if setting.may_be_empty and random.random() < 0.1:
        return Written(setting.default, random.choice(("", '""')))
    special = _SPECIAL.get(setting.field)
    return special(random) if special else _WRITERS[setting.option.kind](setting.option, random)


def quoted(text: str, random: Random) -> str:
    """A scalar in double quotes, or as it is."""
    must = text != text.strip() or any(f"{blank}{mark}" in text for blank in " \t" for mark in "#;")
    return f'"{text}"' if must or random.random() < 0.3 else text


def _write_text(_: Option, random: Random) -> Written:
    text = random.choice(WORDS + _PHRASES)
    return Written(text, quoted(text, random))


def _write_url(_: Option, random: Random) -> Written:
    port = random.choice(("", ":443", ":6443"))
    url = f"{random.choice(('http', 'https'))}://{random.choice(_HOSTS)}{port}{random.choice(('', '/k8s'))}"
    return Written(url, quoted(url + random.choice(("", "/")), random))


def _write_certificate(_: Option, random: Random) -> Written:
    der = base64.encodebytes(b"\x30" + random.randbytes(6)).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{der}-----END CERTIFICATE-----\n" * random.choice((1, 2))
    return Written(pem, quoted(base64.b64encode(pem.encode()).decode(), random))


def _write_boolean(_: Option, random: Random) -> Written:
    value = random.random() < 0.5
    return Written(value, quoted(random.choice(_TRUE if value else _FALSE), random))


def _write_number(option: Option, random: Random) -> Written:
    texts = ("0", "1", "2.5", "04", "+3", ".5", "7.", "4096", "0.001", "1000000000000000")
    text = random.choice([text for text in texts if Decimal(text) >= option.minimum])
    return Written(Decimal(text), quoted(text, random))


def _write_count(option: Option, random: Random) -> Written:
    texts = ("0", "1", "2", "+3", "010", "1000000000000000")
    text = random.choice([text for text in texts if int(text) >= option.minimum])
    return Written(int(text), quoted(text, random))


def _write_ratio(_: Option, random: Random) -> Written:
    text = random.choice(("1", "1.0", "0.5", ".25", "0.0001", "+1"))
    return Written(Decimal(text), quoted(text, random))


def _write_list(_: Option, random: Random) -> Written:
    items = random.choices(WORDS, k=random.randrange(1, 4))
    return Written(tuple(dict.fromkeys(items)), _joined(items, random))


def _write_constraints(_: Option, random: Random) -> Written:
    items = random.choices(
        ("node", "region:us", "region:eu", "x.org/t:a:b", "Größe:1"), k=random.randrange(1, 4)
    )
    constraints = (PlacementConstraint.parse(item) for item in items)
    return Written(tuple(dict.fromkeys(constraints)), _joined(items, random))


def _joined(items: Iterable[str], random: Random) -> str:
    if random.random() < 0.2:
        return '"' + ",".join(items) + '"'
    shown = (f'"{item}"' if random.random() < 0.2 else item for item in items)
    separators = (",", ", ", " ,", ",,")
    text = "".join(f"{random.choice(separators)}{item}" for item in shown).lstrip(", ")
    return text + random.choice(("", "", ","))


def _write_overrides(_: Option, random: Random) -> Written:
    """Pairs whose files are named after their content, so that sections may share them."""
    pointers = random.sample(_POINTERS, random.randrange(1, 3))
    chosen = [random.randrange(len(_JSON)) for _ in pointers]
    files = [f"{random.choice(('', 'json/'))}{number}.json" for number in chosen]
    pairs = (
        f'"{pointer}"{random.choice(_BLANKS)}:{random.choice(_BLANKS)}"{file}"'
        for pointer, file in zip(pointers, files, strict=True)
    )
    values = tuple((pointer, _JSON[number]) for pointer, number in zip(pointers, chosen, strict=True))
    texts = {file: json.dumps(_JSON[number], indent=2) for file, number in zip(files, chosen, strict=True)}
    return Written(values, f"{random.choice(_BLANKS)},".join(pairs), texts)


def _write_namespace(random: Random) -> Written:
    name = random.choice(("rstudio", "a", "0-9", "x" * 63))
    return Written(name, quoted(name, random))


def _write_token(random: Random) -> Written:
    header = base64.urlsafe_b64encode(b'{"alg":"RS256"}').decode().rstrip("=")
    token = random.choice(("opaque", f"{header}.e30.c2ln"))
    text = base64.b64encode(token.encode()).decode() if random.random() < 0.5 and "." in token else token
    return Written(token, quoted(text, random))


def _write_token_path(random: Random) -> Written:
    path = random.choice(("token", "/run/token", "sub dir/token"))
    return Written(path, quoted(path, random))


def _write_profile_config(random: Random) -> Written:
    path = random.choice(("users.conf", "profiles/users.conf", f"{DIRECTORY}/my profiles.conf"))
    return Written(path, quoted(path, random))


_SPECIAL: Mapping[str, Callable[[Random], Written]] = MappingProxyType(
    {
        "namespace": _write_namespace,
        "auth_token": _write_token,
        "auth_token_path": _write_token_path,
        "profile_config": _write_profile_config,
    }
)

_WRITERS: Mapping[ValueKind, Callable[[Option, Random], Written]] = MappingProxyType(
    {
        ValueKind.TEXT: _write_text,
        ValueKind.URL: _write_url,
        ValueKind.CERTIFICATE: _write_certificate,
        ValueKind.BOOLEAN: _write_boolean,
        ValueKind.NUMBER: _write_number,
        ValueKind.COUNT: _write_count,
        ValueKind.RATIO: _write_ratio,
        ValueKind.LIST: _write_list,
        ValueKind.CONSTRAINTS: _write_constraints,
        ValueKind.OVERRIDES: _write_overrides,
    }
)
