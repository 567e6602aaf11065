"""Random requests, the same ones for the same seed: a template, further files, data and options."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from tests.differential.literals import COMMANDS, GROUPS, TEXTS
from tests.differential.mistakes import MISTAKES
from tests.differential.signatures import HEAVY, SIGNATURES
from tests.differential.statements import DELIMITERS, LIBRARIES, Statements

NUMBERS: Final = (0, 1, 2, 3, 7, -1, 42, 65535, 1234567, -9, 1 << 40, (1 << 63) - 1, -(1 << 63))
FLOATS: Final = (0.5, 1.5, -2.25, 1e6, 123456.75, 1e-5, 1e21, 0.1, 3.0, 1e100, -0.0)
EVERY_HEAVY: Final = 16
"""In how many requests one calls a function that takes long."""
EVERY_MISTAKE: Final = 6
"""Every how many requests one holds a mistake of the list."""


def request(seed: int, number: int) -> dict[str, Any]:
    """One request of a seed."""
    random = Random(f"{seed}/{number}")
    style = random.random()
    mistaken = number % EVERY_MISTAKE == 1
    wrong = 0.06 if style < 0.12 and not mistaken else 0.0
    delimiters = random.choice(DELIMITERS[1:]) if random.random() < 0.04 and not mistaken else DELIMITERS[0]

    def statements(callable_names: tuple[str, ...] = LIBRARIES) -> Statements:
        return Statements(random, wrong, callable_names, delimiters)

    mistake = MISTAKES[number // EVERY_MISTAKE % len(MISTAKES)] if mistaken else None
    text = statements().file(random.randrange(1, 6), must_call=_called(number), mistake=mistake)
    if style > 0.96 and not mistaken:
        text = _mutilated(text, random)
    asked: dict[str, Any] = {
        "id": number,
        "template": text,
        "data": data(random),
        "exec": COMMANDS,
        "groups": GROUPS,
    }
    asked["templates"] = {"_lib.tpl": statements().library(LIBRARIES)}
    if random.random() < 0.1:
        asked["templates"]["more.tpl"] = statements(()).library(LIBRARIES[:1])
    if delimiters != DELIMITERS[0]:
        asked["delims"] = delimiters
    if mistake is not None and "nodata" in mistake:
        asked["missingkey"] = "error"  # only then it is one
    elif random.random() < 0.15:
        asked["missingkey"] = random.choice(("zero", "error", "invalid", "default"))
    if random.random() < 0.08:
        asked["nums"] = random.choice(("float64", "int64"))
    if random.random() < 0.1:
        asked["funcs"] = "helm"
    if random.random() < 0.1:
        asked["post"] = "yaml"
    return asked


def _called(number: int) -> str:
    """Each function is asked for in turn, so that a thousand requests call them all."""
    if number % EVERY_HEAVY == 0:
        return _HEAVY_NAMES[number // EVERY_HEAVY % len(_HEAVY_NAMES)]
    return _NAMES[number % len(_NAMES)]


def data(random: Random) -> dict[str, Any]:
    """Data with the fields that expressions name."""
    return {
        "s1": random.choice(TEXTS),
        "s2": random.choice(TEXTS),
        "n1": random.choice(NUMBERS),
        "n2": random.choice(NUMBERS[:7]),
        "f1": random.choice(FLOATS),
        "b1": random.random() < 0.5,
        "nul": None,
        "l1": [value(random, 1) for _ in range(random.randrange(5))],
        "l2": [random.choice(TEXTS) for _ in range(random.randrange(4))],
        "items": [{"name": random.choice(TEXTS), "n1": index} for index in range(random.randrange(3))],
        "d1": {
            "s1": random.choice(TEXTS),
            "n1": random.choice(NUMBERS),
            "b1": True,
            "nul": None,
            "l1": [1, "a"],
        },
        "d2": {"f1": random.choice(FLOATS), "inner": {"s1": random.choice(TEXTS), "x": value(random, 2)}},
    }


def value(random: Random, depth: int) -> Any:
    """Any value that JSON has."""
    choice = random.randrange(9 if depth > 0 else 6)
    if choice < 6:
        return random.choice(
            (random.choice(TEXTS), random.choice(NUMBERS), random.choice(FLOATS), True, None, "a")
        )
    if choice == 6:
        return [value(random, depth - 1) for _ in range(random.randrange(4))]
    return {random.choice(TEXTS): value(random, depth - 1) for _ in range(random.randrange(4))}


def _mutilated(text: str, random: Random) -> str:
    """A template with a few characters lost, doubled or put elsewhere."""
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(text) + 1)
        piece = random.choice(
            ("", "", "{{", "}}", "-", "|", '"', "(", ")", ".", "$", " ", "end", "é", "\x00", "0", "/*")
        )
        text = text[:at] + piece + text[at + random.randrange(3) :]
    return text


_HEAVY_NAMES: Final = (
    "bcrypt", "htpasswd", "derivePassword", "genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert",
    "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "buildCustomCert",
)  # fmt: skip
_NAMES: Final = (
    *SIGNATURES, "randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes", "randInt", "shuffle",
    "uuidv4", "now", "index", "decryptAES", "ago", "keys", "values", "dict", "dig", "semver", "dateModify",
    "date_modify", "mustDateModify", "must_date_modify", "toDate", "mustToDate", "exec", "getHostByName",
    "urlJoin", "encryptAES", "fail", "tpl", "call", "include",
)  # fmt: skip
assert all(any(name in pattern for pattern in HEAVY) for name in _HEAVY_NAMES)
