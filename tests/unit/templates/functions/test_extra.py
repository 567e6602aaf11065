from __future__ import annotations

import sys
from typing import Any

import pytest

from launcher_k8s.templates.functions import certificates, ciphers, passwords, private_keys
from launcher_k8s.templates.functions.extra import crypto_extra
from launcher_k8s.templates.govalues.values import GoError


@pytest.mark.parametrize(
    ("registry", "name", "arguments", "package"),
    [
        (passwords.REGISTRY, "bcrypt", ("x",), "bcrypt"),
        (passwords.REGISTRY, "htpasswd", ("a", "b"), "bcrypt"),
        (ciphers.REGISTRY, "encryptAES", ("k", "x"), "cryptography"),
        (private_keys.REGISTRY, "genPrivateKey", ("ecdsa",), "cryptography"),
        (certificates.REGISTRY, "genCA", ("ca", 1), "cryptography"),
        (certificates.REGISTRY, "genCAWithKey", ("ca", 1, "key"), "cryptography"),
    ],
)
def test_a_missing_library_is_told_with_the_extra_that_brings_it(
    effects: Any,
    monkeypatch: pytest.MonkeyPatch,
    registry: Any,
    name: str,
    arguments: tuple[Any, ...],
    package: str,
) -> None:
    for module in [each for each in sys.modules if each.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(GoError, match=rf"needs the Python package {package}.*launcher-k8s\[crypto\]"):
        registry[name].call(effects, *arguments)


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), crypto_extra():
        raise KeyError
