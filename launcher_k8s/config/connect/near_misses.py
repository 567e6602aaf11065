"""Keys and sections of Connect's file that look like ours and are not: a misspelt key would do nothing.

Connect has many keys of its own, so only what can hardly be anything else is told: a close spelling, a key
of ours without its ``Kubernetes``, and a key that only we have in another section.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from launcher_k8s.config.connect.gcfg import Variable
from launcher_k8s.config.findings import Findings
from launcher_k8s.wording import LONGEST_QUOTE, quote

_PREFIX = "kubernetes"
_CLOSE = 0.8
# Many times what Connect has; whoever writes more does not look for a slip.
_MOST_COMPARED = 1000


def report_near_misses(
    variables: Iterable[Variable], sections: Mapping[str, Sequence[str]], findings: Findings
) -> None:
    """Report every variable that was probably meant to be one of ours.

    Args:
        variables: The variables of a file.
        sections: Our keys by section.
        findings: Told of each, with what was probably meant.
    """
    known = {section: {key.lower(): key for key in keys} for section, keys in sections.items()}
    compared: dict[tuple[str, str | None, str], str] = {}
    for variable in variables:
        name = variable.section.lower(), variable.subsection, variable.key.lower()
        if name not in compared and len(compared) < _MOST_COMPARED:
            compared[name] = next(_meant(variable, known), "")
        if meant := compared.get(name):
            message = f"{quote(f'[{variable.section}] {variable.key}')} is not known here, and passed over"
            findings.report("misspelt-key", variable.at_key(), message, f"did you mean {meant}?")


def _meant(variable: Variable, known: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    key, is_known_section = variable.key.lower(), any(map(variable.is_in, known))
    for section, keys in known.items():
        if variable.is_in(section):
            if key not in keys:
                near = _PREFIX + key if _PREFIX + key in keys else closest(key, keys)
                yield from (keys[name] for name in (near,) if name)
        elif key in keys and key.startswith(_PREFIX) and key != _PREFIX:
            yield f"{keys[key]}, in [{section}]"
        elif key in keys and not is_known_section and closest(variable.section.lower(), [section.lower()]):
            yield f"[{section}] {keys[key]}"


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that another is a close spelling of; empty where it is one of them, or of none."""
    known = tuple(known)
    if word in known or len(word) > LONGEST_QUOTE:
        return ""
    return next(iter(difflib.get_close_matches(word.lower(), known, 1, _CLOSE)), "")
