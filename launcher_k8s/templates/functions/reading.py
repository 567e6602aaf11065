"""What functions count for the long texts and lists that they only look at.

What a function makes is counted by its length. Many make little of much (``contains``, ``sha256sum``,
``trunc``), so that a loop over them could go on for hours: these count what they are given. Some take no
longer for more, some count by themselves. Source: measured, in nanoseconds a character; one that is counted
stands for about ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from launcher_k8s.templates.govalues.allowance import ELEMENT, SLOW, look_at, spend
from launcher_k8s.templates.govalues.signature import Function

_LONG: Final = 1_024
"""How many elements an argument may have without being counted."""
_USUAL: Final = 2
_SLOWER: Final[Mapping[str, int]] = {
    **dict.fromkeys(("upper", "lower", "regexQuoteMeta", "decryptAES", "encryptAES"), 4),
    **dict.fromkeys(
        (
            "int", "int64", "float64", "atoi", "add", "add1", "sub", "mul", "div", "mod", "max", "min",
            "biggest", "b32enc", "html", "js", "urlquery", "wrap", "wrapWith", "split", "splitn", "splitList",
            "urlParse", "date", "dateInZone", "date_in_zone", "htmlDate", "htmlDateInZone", "toDate",
            "mustToDate", "duration", "durationRound", "dateModify", "date_modify", "mustDateModify",
            "must_date_modify", "ago", "regexFind", "mustRegexFind", "buildCustomCert",
        ),
        SLOW,
    ),
}  # fmt: skip
_LONG_PATTERN: Final = 64
"""How long a pattern may be without counting for each character of the text."""
_AT_ONCE: Final = frozenset(
    {
        "include", "tpl", "eq", "ne", "index", "len", "print", "println", "printf", "quote", "squote",
        "toString", "dict", "get", "set", "unset", "hasKey", "dig", "list", "tuple", "default", "empty",
        "coalesce", "all", "any", "ternary", "fail", "required", "lookup", "typeOf", "typeIs", "typeIsLike",
        "kindOf", "kindIs", "first", "mustFirst", "last", "mustLast", "append", "push", "mustAppend",
        "mustPush", "prepend", "mustPrepend", "rest", "mustRest", "initial", "mustInitial", "slice",
        "mustSlice", "concat", "keys", "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite",
        "deepCopy", "mustDeepCopy", "toYaml", "mustToYaml", "toYamlPretty", "toJson", "mustToJson",
        "toPrettyJson", "mustToPrettyJson", "toRawJson", "mustToRawJson", "toToml", "mustToToml",
        "indent", "nindent", "join", "cat", "trim", "trimPrefix", "trimSuffix", "replace",
    }
)  # fmt: skip


def counting(functions: Mapping[str, Function]) -> dict[str, Function]:
    """The functions, of which those count what they are given that only look at it."""
    return {
        name: function if name in _AT_ONCE else _counted(function, _SLOWER.get(name, _USUAL))
        for name, function in functions.items()
    }


def _counted(function: Function, weight: int) -> Function:
    if not function.params and function.variadic is None:
        return function
    call = function.call

    def count_and_call(*args: Any) -> Any:
        for arg in args:
            if type(arg) is str:
                look_at(arg, weight)
            elif isinstance(arg, list | dict) and len(arg) > _LONG:
                spend(len(arg) * ELEMENT * weight)
        return call(*args)

    def count_and_match(pattern: str, text: str, *args: Any) -> Any:
        if len(pattern) > _LONG_PATTERN:
            spend(len(pattern) * len(text) // 4)
        return count_and_call(pattern, text, *args)

    is_pattern = function.params[:2] == ("string", "string") and "egex" in function.name
    return attrs.evolve(function, call=count_and_match if is_pattern else count_and_call, alone=None)
