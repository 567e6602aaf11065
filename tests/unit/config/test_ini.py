from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config import FileText
from launcher_k8s.config.findings import MOST_PER_FILE, Findings
from launcher_k8s.config.ini import LONGEST_LINE, LONGEST_SOURCE, Entry, Section, parse_ini
from launcher_k8s.diagnostics import Diagnostic
from launcher_k8s.wire import to_wire
from tests.memory_files import PROFILES, findings_of


def parse(text: str | bytes) -> tuple[tuple[Entry, ...], tuple[Section, ...], tuple[Diagnostic, ...]]:
    findings = Findings()
    data = text if isinstance(text, bytes) else text.encode()
    ini = parse_ini(FileText("x.conf", data), findings)
    return ini.head, tuple(ini.sections), findings.diagnostics()


def entries(text: str | bytes) -> dict[str, str]:
    head, sections, diagnostics = parse(text)
    assert not sections
    assert not diagnostics
    return {entry.key: entry.value for entry in head}


def only(text: str | bytes) -> Diagnostic:
    _, _, diagnostics = parse(text)
    assert len(diagnostics) == 1, diagnostics
    return diagnostics[0]


def test_lines_are_trimmed() -> None:
    assert entries(" \t key\t = value \r\n") == {"key": "value"}


def test_a_key_ends_at_the_first_equals_sign() -> None:
    assert entries("url=https://h/?a=b") == {"url": "https://h/?a=b"}


@pytest.mark.parametrize("comment", ["# x=1", "; x=1", "   # x=1", "\t;x=1"])
def test_a_line_may_be_a_comment(comment: str) -> None:
    assert entries(f"{comment}\nkey=value") == {"key": "value"}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('name = "Default" # optional, derived', '"Default"'),
        ("name = small ; the least", "small"),
        ("name = small\t# the least", "small"),
        ("name = ab#cd", "ab#cd"),
        ("name = ab;cd", "ab;cd"),
        ('name = "a # b"', '"a # b"'),
        ('name = "a # b" # c', '"a # b"'),
        ('name = "a" "b ; c" ; d', '"a" "b ; c"'),
        ('name = 5" disk # c', '5" disk'),
        ("name = # nothing", ""),
        ("name =#fff", "#fff"),
        ("name =", ""),
    ],
)
def test_a_comment_starts_after_a_blank_and_outside_quotes(line: str, value: str) -> None:
    assert entries(line) == {"name": value}


def test_a_comment_may_follow_a_title() -> None:
    _, (section,), diagnostics = parse("[jsmith] # the boss\nmax-cpus=1")
    assert (section.title, section.entries[0].key, diagnostics) == ("jsmith", "max-cpus", ())


def test_sections_and_their_entries_keep_their_order() -> None:
    head, sections, _ = parse("a=1\n[z]\nb=2\nc=3\n[a]\n[z]\nd=4")
    assert [entry.key for entry in head] == ["a"]
    found = [(section.title, [entry.key for entry in section.entries]) for section in sections]
    assert found == [("z", ["b", "c"]), ("a", []), ("z", ["d"])]


def test_titles_are_trimmed() -> None:
    _, (section,), _ = parse("[ @domain users ]")
    assert section.title == "@domain users"


def test_an_entry_knows_its_place() -> None:
    _, (section,), _ = parse("# x\n[*]\n  max-cpus = 2 # c\n")
    (entry,) = section.entries
    assert str(entry.origin) == "x.conf:3 [*] max-cpus"
    assert str(entry.at_key()) == "x.conf:3:3 [*] max-cpus"
    assert str(entry.at_value()) == "x.conf:3:14 [*] max-cpus"
    assert entry.at_value().source == "  max-cpus = 2 # c"


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert entries(b"\xef\xbb\xbfkey=value") == {"key": "value"}


def test_non_ascii_text_is_kept() -> None:
    assert entries("name = Größe") == {"name": "Größe"}


def test_columns_count_characters() -> None:
    head, _, _ = parse("größe = 1")
    assert head[0].at_value().column == 9


@pytest.mark.parametrize("line", ["[", "]x[", "[a", "[a]b", "[a]]", "[[a]]", "[a] = 1", "[]", "[ ]"])
def test_a_bad_title_is_told(line: str) -> None:
    finding = parse(line)[2][0]
    assert (finding.code, finding.location.line, finding.location.column) in [
        ("bad-bracket", 1, 1),
        ("missing-equals", 1, 1),
    ]


def test_entries_below_a_bad_title_are_kept_apart() -> None:
    _, sections, _ = parse("[a\nx=1\n[b]\ny=2")
    assert [(section.title, section.is_sound) for section in sections] == [("a", False), ("b", True)]


def test_a_line_without_an_equals_sign_is_told() -> None:
    finding = only("[*]\n  max-cpus 4\n")
    assert finding.code == "missing-equals"
    assert str(finding.location) == "x.conf:2:3 [*]"
    assert "'max-cpus 4'" in finding.message


def test_a_line_without_a_key_is_told() -> None:
    assert only(" = 4").code == "missing-key"


def test_a_nul_byte_refuses_the_file() -> None:
    finding = only(b"a=1\nb=\x002\nno equals\n")
    assert (finding.code, finding.location.line, finding.location.column) == ("not-text", 2, 3)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_utf16_refuses_the_file(encoding: str) -> None:
    assert only("a=1\nb=2".encode(encoding)).code == "not-text"


def test_bytes_that_are_no_utf8_are_told_with_their_line() -> None:
    finding = only("a=1\nname = Größe\nb=2".encode("latin-1"))
    assert (finding.code, finding.location.line, finding.location.column) == ("not-text", 2, 10)
    assert "0xf6" in finding.message
    assert "\N{REPLACEMENT CHARACTER}" in finding.location.source


def test_bytes_that_are_no_utf8_are_harmless_in_a_comment() -> None:
    assert entries("# Größe\na=1 # Größe".encode("latin-1")) == {"a": "1"}


def test_a_line_that_is_too_long_is_told() -> None:
    assert only("a=" + "x" * LONGEST_LINE).code == "line-too-long"


def test_a_long_source_line_is_cut() -> None:
    head, _, _ = parse("a=" + "x" * LONGEST_SOURCE * 2)
    assert len(head[0].at_key().source) == LONGEST_SOURCE


def test_a_long_line_is_cut_in_messages() -> None:
    assert len(only("x" * 100_000).message) < 200


@pytest.mark.parametrize(
    "line",
    [
        "auth-token=s3cret",
        " AUTH-TOKEN = s3cret",
        "auth-token s3cret",
        "auth-token: s3cret-of-a-token",
        "[auth-token=s3cret",
        "api-url=https://h:1?token=s3cret",
    ],
)
def test_a_token_is_never_shown(line: str) -> None:
    head, _, diagnostics = parse(line)
    shown = [entry.at_value().source for entry in head] + [str(to_wire(finding)) for finding in diagnostics]
    shown += [finding.location.source for finding in diagnostics]
    assert shown
    assert not [text for text in shown if "s3cret" in text]


def test_a_password_within_a_url_is_never_shown() -> None:
    head, _, _ = parse("api-url=https://me:s3cret@host")
    assert head[0].at_value().source == "api-url=https://***@host"


def test_the_path_of_a_token_is_shown() -> None:
    head, _, _ = parse("auth-token-path=/etc/token")
    assert head[0].at_key().source == "auth-token-path=/etc/token"


def test_a_file_of_garbage_is_not_read_to_its_end() -> None:
    _, _, diagnostics = parse("?\n" * (MOST_PER_FILE + 500))
    assert len(diagnostics) == MOST_PER_FILE + 1
    assert (diagnostics[-1].code, diagnostics[-1].location.line) == ("more-problems", MOST_PER_FILE + 1)


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    parse(data)


LINES = st.sampled_from(
    ["[*]", "[a", "a=1", 'b = "x # y" # z', "=1", "?", "", "# c", '"', "c=\xff", "  d = ;"]
)


@given(st.lists(LINES))
def test_every_line_is_an_entry_a_title_a_comment_or_told(lines: list[str]) -> None:
    head, sections, diagnostics = parse("\n".join(lines))
    read = [entry.line.number for entry in head]
    read += [entry.line.number for section in sections for entry in section.entries]
    read += [section.line.number for section in sections]
    told = [finding.location.line for finding in diagnostics]
    silent = [number for number, line in enumerate(lines, 1) if not line.strip() or line.strip()[0] in "#;"]
    assert sorted({*read, *told, *silent}) == list(range(1, len(lines) + 1))


KEYS = st.from_regex(r"[a-z][a-z-]{0,10}", fullmatch=True)
VALUES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=20
).filter(lambda text: '"' not in text and not text.isspace())
TITLES = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=10)
SECTIONS = st.lists(st.tuples(TITLES, st.lists(st.tuples(KEYS, VALUES))))


@given(SECTIONS)
def test_what_is_written_is_read_back(sections: list[tuple[str, list[tuple[str, str]]]]) -> None:
    text = "".join(f"[{title}]\n" + "".join(f"{k} = {v}\n" for k, v in pairs) for title, pairs in sections)
    _, found, diagnostics = parse(text)
    assert not diagnostics
    read = [(s.title, [(entry.key, entry.value) for entry in s.entries]) for s in found]
    assert read == [(title, [(k, "" if v[0] in "#;" else v) for k, v in pairs]) for title, pairs in sections]


def test_a_nul_is_counted_in_characters_after_the_byte_order_mark() -> None:
    finding = only("\ufeffa=1\ngrö\0ße=1".encode())
    assert (finding.code, finding.location.line, finding.location.column) == ("not-text", 2, 4)


@pytest.mark.parametrize(
    ("line", "write"),
    [
        ("api-url: https://host:6443", "api-url=https://host:6443"),
        ("max-cpus : 4", "max-cpus=4"),
        ("watch-timeout-seconds 60", "watch-timeout-seconds=60"),
        ("cpus 4", "key = value"),
        ("this is prose", "key = value"),
        ("auth-token: s3cret", "key = value"),
        ("auth-token s3cret", "key = value"),
    ],
)
def test_a_line_without_an_equals_sign_is_told_as_it_is_to_be_written(line: str, write: str) -> None:
    (finding,) = findings_of({PROFILES: f"[*]\n{line}\n"})["missing-equals"]
    assert finding.hint == f"write {write}, or # before a comment"


@pytest.mark.parametrize(
    ("text", "line", "column", "source"),
    [
        ("# a comment\rmax-cpus=2\rmax-mem-mb=1", 1, 12, "# a comment"),
        ("a=1\n b=2\rc=3\n", 2, 5, " b=2"),
        ("auth-token=opaque\rb=1", 1, 18, "auth-token=***"),
    ],
)
def test_a_carriage_return_hides_no_lines(text: str, line: int, column: int, source: str) -> None:
    finding = only(text)
    assert finding.code == "not-text"
    place = finding.location
    assert (place.line, place.column, place.source) == (line, column, source)


@pytest.mark.parametrize("ends", ["\r\n", "\r\r\n", "\n\r", " \r \n"])
def test_carriage_returns_around_a_line_are_blanks(ends: str) -> None:
    assert entries(f"a=1{ends}b=2{ends}") == {"a": "1", "b": "2"}


def test_a_token_is_not_shown_where_lines_were_joined() -> None:
    (entry,), _, _ = parse("api-url=https://h:1 auth-token=opaque")
    assert entry.at_value().source == "api-url=https://h:1 auth-token=***"
