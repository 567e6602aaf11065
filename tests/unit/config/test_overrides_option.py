from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config import FileText, ReadFailure, parse_settings
from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.overrides_option import split_pairs
from launcher_k8s.diagnostics import Diagnostic, Severity
from launcher_k8s.settings import Override
from tests.memory_files import CONNECTION, DIRECTORY, MAIN, PROFILES, MemoryFiles, findings_of, read_cluster

HOST_ALIASES = '[{"ip": "10.2.141.12", "hostnames": ["db01"]}, {"ip": "10.2.141.13", "hostnames": ["db02"]}]'


def overrides(value: str, **files: str) -> tuple[Override, ...]:
    (section,) = read_cluster({PROFILES: f"[*]\njob-json-overrides={value}\n", **files}).profiles
    found: tuple[Override, ...] = section.values["job_json_overrides"].value
    return found


def errors(value: str, files: Mapping[str, str | None] | None = None) -> list[Diagnostic]:
    found = findings_of({PROFILES: f"[*]\njob-json-overrides={value}\n", **(files or {})})
    return [f for code in found.values() for f in code if f.severity is Severity.ERROR]


def test_the_guides_example() -> None:
    (override,) = overrides(
        '"/spec/template/spec/hostAliases":"/etc/rstudio/aliases.json"',
        **{"/etc/rstudio/aliases.json": HOST_ALIASES},
    )
    assert override.pointer == "/spec/template/spec/hostAliases"
    assert override.value == [
        {"ip": "10.2.141.12", "hostnames": ["db01"]},
        {"ip": "10.2.141.13", "hostnames": ["db02"]},
    ]
    assert override.file == "/etc/rstudio/aliases.json"
    assert str(override.origin) == f"/conf/{PROFILES}:2 [*] job-json-overrides"


def test_pairs_keep_their_order_and_blanks_are_allowed() -> None:
    found = overrides(' "/a" : "one" ,\t"/b~1c":"two","/a":"one"', one="1", two='"x"')
    assert [(override.pointer, override.value) for override in found] == [
        ("/a", 1),
        ("/b~1c", "x"),
        ("/a", 1),
    ]


@pytest.mark.parametrize("text", ["1", "null", "true", '"x"', "[]", "{}", "0.5", " \ufeff1"[1:]])
def test_a_file_holds_any_one_json_value(text: str) -> None:
    assert len(overrides('"/a":"f"', f=text)) == 1


def test_a_file_is_read_once_however_many_sections_name_it() -> None:
    read = MemoryFiles(
        {
            MAIN: CONNECTION,
            "f": "{}",
            PROFILES: '[*]\njob-json-overrides="/a":"f"\n[b]\njob-json-overrides="/a":"f"',
        }
    )
    paths = []

    def counted(path: str, /) -> FileText | ReadFailure:
        paths.append(path)
        return read(path)

    parse_settings(DIRECTORY, counted)
    assert paths.count("/conf/f") == 1


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ('"/a":"f" "/b":"f"', 29),
        ('"/a":"f",', 29),
        ('"/a":"f",,"/b":"f"', 29),
        ('"/a" "f"', 20),
        ('"/a":"f";"/b":"f"', 28),
    ],
)
def test_what_is_no_pair_is_told_with_its_column(value: str, column: int) -> None:
    (finding,) = errors(value, {"f": "1"})
    assert (finding.code, finding.location.column) == ("bad-overrides", column)
    assert '"/pointer":"/path/to/file.json"' in finding.hint


@pytest.mark.parametrize(
    "value",
    [
        "/a:f",
        '"/a":f',
        "'/a':'f'",
        '"/a":"f',
        "/a = f",
        "\N{LEFT DOUBLE QUOTATION MARK}/a\N{RIGHT DOUBLE QUOTATION MARK}:f",
    ],
)
def test_a_pair_with_other_quotes_or_none_is_told_as_it_is_to_be_written(value: str) -> None:
    (finding,) = errors(value, {"f": "1"})
    assert (finding.code, finding.location.column) == ("bad-overrides", 20)
    assert finding.hint == 'write "/a":"f"'


@pytest.mark.parametrize(
    ("pointer", "hint"),
    [
        ("", "point at one field"),
        ("spec", "write '/spec'"),
        ("/spec/containers/[0]/x", "write '/spec/containers/0/x'"),
        ("/a~2", "write ~0"),
    ],
)
def test_a_bad_pointer_is_told_at_its_place(pointer: str, hint: str) -> None:
    (finding,) = errors(f'"/a":"f","{pointer}":"f"', {"f": "1"})
    assert (finding.code, finding.location.column) == ("bad-pointer", 30)
    assert hint in finding.hint


FILES: list[tuple[dict[str, str | None], str]] = [({}, "missing-file"), ({"f": None}, "unreadable-file")]


@pytest.mark.parametrize(("files", "code"), FILES)
def test_a_file_that_cannot_be_read_is_told_where_it_is_named(
    files: dict[str, str | None], code: str
) -> None:
    (finding,) = errors('"/a":"f"', files)
    assert (finding.code, str(finding.location)) == (code, f"/conf/{PROFILES}:2:26 [*] job-json-overrides")
    assert "/conf/f" in finding.message


def test_what_is_no_json_is_told_in_its_own_file() -> None:
    (finding,) = errors('"/a":"f"', {"f": '{\n  "a": 1,\n}\n'})
    assert (finding.code, str(finding.location)) == ("bad-json", "/conf/f:3:1")
    assert "'/a'" in finding.hint


def test_a_key_that_stands_twice_is_told_where_it_does() -> None:
    (finding,) = errors('"/a":"f"', {"f": '{"a": {\n  "b": 1,\n  "b": 2}}'})
    assert (finding.code, str(finding.location)) == ("bad-json", "/conf/f:3:3")
    assert finding.message == "the key 'a.b' stands twice in its object"


def test_all_bad_files_are_told_at_once() -> None:
    assert len(errors('"/a":"f","/b":"g","c":"h"', {"f": "{", "g": None, "h": "}"})) == 4


@given(st.text())
def test_any_text_is_pairs_or_refused(text: str) -> None:
    offset = 0
    try:
        list(split_pairs(text))
    except BadValueError as problem:
        offset = problem.offset
    assert 0 <= offset <= len(text)


PLAIN = st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]))


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1))
def test_pairs_are_read_back(pairs: list[tuple[str, str]]) -> None:
    text = " , ".join(f'"{pointer}" : "{file}"' for pointer, file in pairs)
    assert [(pair.pointer, pair.file) for pair in split_pairs(text)] == pairs


def test_a_pointer_that_stands_twice_in_a_line_is_told() -> None:
    value = '"/spec/a":"1.json","/spec/b":"1.json","/spec/a":"1.json"'
    found = findings_of({PROFILES: f"[*]\njob-json-overrides={value}\n", "1.json": "1"})
    (finding,) = found["repeated-pointer"]
    assert finding.location.column == len("job-json-overrides=") + value.rindex("/spec/a") + 1


def test_two_that_append_are_no_repetition() -> None:
    value = '"/spec/a/-":"1.json","/spec/a/-":"1.json"'
    found = findings_of({PROFILES: f"[*]\njob-json-overrides={value}\n", "1.json": "1"})
    assert "repeated-pointer" not in found
