from __future__ import annotations

import pytest

from launcher_k8s.kube.proxy import proxy_for

PROXY = {"HTTPS_PROXY": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        ("https://api:6443", {}, None),
        ("https://api:6443", PROXY, "http://proxy:3128"),
        ("https://api:6443", {"https_proxy": "proxy:3128"}, "http://proxy:3128"),
        ("http://api:8080", PROXY, None),
        ("http://api:8080", {"http_proxy": "http://p"}, "http://p"),
    ],
)
def test_the_proxy_goes_by_the_scheme(url: str, environ: dict[str, str], expected: str | None) -> None:
    assert proxy_for(url, environ) == expected


@pytest.mark.parametrize("url", ["https://127.0.0.1:6443", "https://localhost", "https://[::1]:6443"])
def test_this_machine_is_reached_directly(url: str) -> None:
    assert proxy_for(url, PROXY) is None


@pytest.mark.parametrize(
    ("host", "listed", "direct"),
    [
        ("api.corp.example", "corp.example", True),
        ("api.corp.example", ".corp.example", True),
        ("api.corp.example", "*.corp.example", True),
        ("corp.example", "corp.example", True),
        ("corp.example", ".corp.example", True),
        ("notcorp.example", "corp.example", False),
        ("api.corp.example", "other, API.corp.example", True),
        ("10.96.0.1", "10.96.0.0/12", True),
        ("10.112.0.1", "10.96.0.0/12", False),
        ("api.corp.example", "10.96.0.0/12", False),
        ("10.96.0.1", "10.96.0.0/99", False),
        ("10.96.0.1", "10.96.0.1", True),
        ("[fd00::1]", "fd00::/8", True),
        ("anything", "*", True),
        ("anything", " , ", False),
        ("api", "api:6443", True),
        ("api", "api:443", False),
    ],
)
def test_exceptions(host: str, listed: str, direct: bool) -> None:
    proxy = proxy_for(f"https://{host}:6443", {**PROXY, "NO_PROXY": listed})
    assert (proxy is None) is direct
