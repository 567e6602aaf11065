"""The lines of the YAML that templates mostly make, as regular expressions.

They know only characters that YAML knows, and never look at one twice. Source: go.yaml.in/yaml/v2 2.4.4,
scannerc.go.
"""

from __future__ import annotations

import re
from typing import Final

_OTHER: Final = "\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_PLAIN: Final = (
    rf"""(?:[$(+./0-9;<=A-Z\\^_a-z~{_OTHER}]|-(?=[!-~]))"""
    rf"""(?>(?:[!-9;-~{_OTHER}]++|:(?=[!-~{_OTHER}])|\ ++(?=[!-"$-9;-~{_OTHER}]))*)"""
)
_COMMENT: Final = rf"\#[\t\x20-~{_OTHER}]*+"
_EMPTY_LINES: Final = rf"(?>(?:\ *+(?:{_COMMENT})?\n)*)"
_REST: Final = rf"(?:\ *+\n|\ ++{_COMMENT}\n){_EMPTY_LINES}"
_KEY: Final = r"[A-Za-z_/][A-Za-z0-9_./-]{0,250}+"
_WORD: Final = "(?i:y|n|yes|no|on|off|true|false|null)"  # as keys in quotes they are text
_HEAD: Final = (
    r"(\ *+)((?>(?:-\ ++)*(?:-(?=\n))?))"
    rf"""(?>(?:(?:({_KEY})|"(?!{_WORD}")({_KEY})")\ *+:(?:\ ++|(?=\n)))?)"""
)
_VALUE: Final = (
    rf"""(?>(?:({_PLAIN})|"([\x20!#-\[\]-~{_OTHER}]*+)"|'([\x20-&(-~{_OTHER}]*+)'|(\[\]|\{{\}}))?)"""
)
LINE: Final = re.compile(_HEAD + _VALUE + _REST, re.VERBOSE).match
"""A line of one simple value: indentation, dashes, key, quoted key, plain, double, single quoted, nothing."""

START_OF_LINE: Final = re.compile(_HEAD, re.VERBOSE).match
"""A line up to its value: indentation, dashes, key, quoted key."""

SIMPLE_LIST: Final = re.compile(
    rf"\[([A-Za-z0-9_./=-]++(?>(?:,\ [A-Za-z0-9_./=-]++)*))\]{_REST}", re.VERBOSE
).match
"""Plain words in brackets, to the end of the line."""

QUOTED_LIST: Final = re.compile(rf"\['([\x20-&(-~{_OTHER}]*+)'\]{_REST}", re.VERBOSE).match
"""One text in single quotes in brackets, to the end of the line."""

REST_OF_LINE: Final = re.compile(_REST, re.VERBOSE).match
"""What may follow a value: a comment, and lines that hold nothing."""

BEGINNING: Final = re.compile(rf"{_EMPTY_LINES}(?>(?:---\ *+\n)?){_EMPTY_LINES}", re.VERBOSE).match
"""Lines that hold nothing, before a document."""

# What JSON reads as YAML does: texts without code points, words, and numbers that are whole and not large.
_JSON_TEXT: Final = rf'''"(?>(?:[\x20!#-\[\]-~{_OTHER}]++|\\["\\bfnrt])*)"'''
_JSON_ATOM: Final = r"(?:true|false|null|0|-?[1-9][0-9]{0,17})(?=[\ ,\]}])"
JSON_TEXT: Final = re.compile(f"({_JSON_TEXT}){_REST}", re.VERBOSE).match
FOLDED_TEXT: Final = re.compile(
    rf"'((?>(?:[\x20-&(-~{_OTHER}]++|''|\n\ ++(?=[!-~{_OTHER}]))*))'{_REST}", re.VERBOSE
).match
"""A text in single quotes, of any number of lines that are not empty."""
FOLD: Final = re.compile(r"\ *+\n\ ++").sub
"""Takes an end of a line, with the blanks around it, out of such a text."""
JSON: Final = re.compile(
    rf"""((?>(?:[\[\]{{}}:,\ ]++|{_JSON_TEXT}|{_JSON_ATOM})*)){_REST}""", re.VERBOSE
).match
_FLOW_WORD: Final = r"[A-Za-z0-9_/.][A-Za-z0-9_./=@+-]*+"
_FLOW_QUOTED: Final = rf"'[\x20-&(-~{_OTHER}]*+'"
_FLOW_PART: Final = (
    rf"[\[\]{{}}]++|\ ++(?![\#\n])|[,:]\ |{_JSON_TEXT}|{_FLOW_QUOTED}|{_FLOW_WORD}(?=[\ ,:\]}}])"
)
FLOW: Final = re.compile(rf"((?>(?:{_FLOW_PART})*)){_REST}", re.VERBOSE).match
"""What is JSON but for words without quotes and texts in single ones; or it is no flow, as JSON will tell."""
FLOW_TEXTS: Final = re.compile(
    rf"{_JSON_TEXT}|({_FLOW_QUOTED})|({_FLOW_WORD})(?=\ *+:)|({_FLOW_WORD})", re.VERBOSE
).sub
"""Exchanges its texts: one in single quotes, a word that is a key, another word; others have no group."""
LONGEST_JSON: Final = 1000
"""Of a line that JSON may read: in a longer one a key could be too long for YAML."""
COMMA_AT_END: Final = re.compile(r",\ *+[\]}]").search
"""A comma behind the last item, probably: it may be inside a text."""
LAST_COMMA: Final = re.compile(r'("(?>(?:[^"\\]|\\.)*)")|([\[{]\ *+,)|,(?=\ *+[\]}])').sub
"""Takes away the commas that YAML allows behind the last item, and JSON does not; keeps the groups."""
