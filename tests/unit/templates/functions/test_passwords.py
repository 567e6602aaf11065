from __future__ import annotations

from typing import Any

import bcrypt
import pytest

from launcher_k8s.templates.functions.passwords import REGISTRY


def test_a_hash_is_of_cost_ten_and_holds_for_its_password(effects: Any) -> None:
    hashed = REGISTRY["bcrypt"].call(effects, "pässword")
    assert hashed.startswith("$2a$10$..CA.uOD/eaGAOmJB.yMBu")
    assert bcrypt.checkpw("pässword".encode(), hashed.encode())
    assert not bcrypt.checkpw(b"other", hashed.encode())


def test_a_password_that_is_too_long_is_told_as_text(effects: Any) -> None:
    told = "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
    assert REGISTRY["bcrypt"].call(effects, "é" * 37) == told


def test_a_line_of_a_password_file(effects: Any) -> None:
    user, _, hashed = REGISTRY["htpasswd"].call(effects, "ada", "secret").partition(":")
    assert user == "ada"
    assert bcrypt.checkpw(b"secret", hashed.encode())
    assert REGISTRY["htpasswd"].call(effects, "a:b", "x") == "invalid username: a:b"


# Made by Sprig 3.3.0 itself, for user `ada`, password `secret` and site `example.com`.
@pytest.mark.parametrize(
    ("counter", "kind", "derived"),
    [
        (1, "maximum", "Y0_c#rfS3b$GwE@nGOE5"),
        (1, "long", "Xahe6(YurvPuty"),
        (2, "long", "TuruPivs7^Fejb"),
        (1, "medium", "Xah6'Paf"),
        (1, "short", "Xah6"),
        (1, "basic", "Ycw6cDp4"),
        (4294967295, "pin", "6606"),
    ],
)
def test_derived_passwords(counter: int, kind: str, derived: str) -> None:
    assert REGISTRY["derivePassword"].call(counter, kind, "secret", "ada", "example.com") == derived


def test_an_unknown_kind_is_told_as_text() -> None:
    assert REGISTRY["derivePassword"].call(1, "x", "", "", "") == "cannot find password template x"
