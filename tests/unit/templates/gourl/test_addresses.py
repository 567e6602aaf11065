from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.templates.gourl.addresses import parse_address
from launcher_k8s.templates.govalues.values import GoError


@given(st.ip_addresses())
def test_addresses_are_known_in_both_versions(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assert parse_address(str(address)) is (address.version == 4)
    assert parse_address(address.exploded) is (address.version == 4)


@pytest.mark.parametrize("text", ["::", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1::", "fe80::1%eth0"])
def test_other_forms_of_version_six(text: str) -> None:
    assert parse_address(text) is False


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "unable to parse IP"),
        ("%x", "missing IPv6 address"),
        ("1.2.3", "IPv4 address too short"),
        ("1.2.3.4.5", "IPv4 address too long"),
        ("1.2.3.256", "IPv4 field has value >255"),
        ("1.2.3.04", "IPv4 field has octet with leading zero"),
        ("1..2.3", 'IPv4 field must have at least one digit (at ".2.3")'),
        ("1.2.3.x", 'unexpected character (at "x")'),
        ("::1%", "zone must be a non-empty string"),
        ("12345::", 'each group must have 4 or less digits (at "12345::")'),
        (":1", 'each colon-separated field must have at least one digit (at ":1")'),
        ("1:2", "address string too short"),
        ("1:2:3:4:5:6:7:8:9", 'trailing garbage after address (at "9")'),
        ("1:2:3:4:5:6:7::8", "the :: must expand to at least one field of zeros"),
        ("1::2::3", 'multiple :: in address (at ":3")'),
        ("1:", 'colon must be followed by more characters (at ":")'),
        ("1x:", 'unexpected character, want colon (at "x:")'),
        ("1:1.2.3.4", 'embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")'),
        (
            "1:2:3:4:5:6::1.2.3.4",
            "the :: must expand to at least one field of zeros",
        ),
        (
            "::2:3:4:5:6:7:8:1.2.3.4",
            'too many hex fields to fit an embedded IPv4 at the end of the address (at "1.2.3.4")',
        ),
    ],
)
def test_what_is_no_address(text: str, error: str) -> None:
    with pytest.raises(GoError) as raised:
        parse_address(text)
    assert str(raised.value) == f'ParseAddr("{text}"): {error}'
