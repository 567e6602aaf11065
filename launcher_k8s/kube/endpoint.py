"""Where the API server is, whom it may trust us as, and how we know that it is the right one.

An :class:`Endpoint` is what a connection needs, however it was configured: by the Launcher's settings
(here) or by a kubeconfig (:mod:`launcher_k8s.kube.kubeconfig`). Sources: domain, section 1 (api-url,
tokens, certificate-authority, verify-ssl-certs); kubernetes facts (own TLS context, made once).
"""

from __future__ import annotations

import logging
import os
import ssl
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import attrs

from launcher_k8s.errors import ConfigurationError
from launcher_k8s.kube.credentials import Credentials, FixedCredentials, TokenFile
from launcher_k8s.kube.proxy import proxy_for
from launcher_k8s.settings import ClusterSettings

_log = logging.getLogger(__name__)


@attrs.frozen
class Endpoint:
    """An API server and how to talk to it.

    Args:
        url: Up to, not including, ``/api``; no slash at the end.
        credentials: Gives the ``Authorization`` header.
        tls: How to verify the server (and the client certificate); None for plain http.
        server_name: The name that the server's certificate holds, where it is not the URL's host.
        proxy: The proxy's URL, if there is one.
    """

    url: str
    credentials: Credentials
    tls: ssl.SSLContext | None = None
    server_name: str | None = None
    proxy: str | None = None


EndpointSource = Callable[[], Awaitable[Endpoint]]
"""Finds the endpoint when a cluster is entered; raises ConfigurationError, or UnauthorizedError for a
token that cannot be sent."""


async def endpoint_from_settings(settings: ClusterSettings) -> Endpoint:
    """The endpoint that a cluster's settings describe.

    Raises:
        ConfigurationError: No api-url or no token is set, or the certificate authority is no PEM.
        UnauthorizedError: The token cannot be sent.
    """
    url = _url(settings)
    tls = _tls(settings) if url.startswith("https://") else None
    return Endpoint(url, _credentials(settings), tls, proxy=proxy_for(url, os.environ))


def _url(settings: ClusterSettings) -> str:
    if not settings.api_url:
        raise ConfigurationError(
            f"cluster {settings.name!r} has no api-url, so it cannot be reached",
            hint="set api-url to the API server's URL, up to, not including, /api",
        )
    url = settings.api_url.rstrip("/")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ConfigurationError(
            f"api-url {settings.api_url!r} ({settings.origin('api_url')}) is no http or https URL",
            hint="for example https://kubernetes.example.com:6443",
        )
    return url


def _tls(settings: ClusterSettings) -> ssl.SSLContext:
    try:
        tls = tls_context(authority=settings.certificate_authority, verify=settings.verify_ssl_certs)
    except (ssl.SSLError, ValueError) as error:
        origin = settings.origin("certificate_authority")
        raise ConfigurationError(
            f"certificate-authority ({origin}) holds no certificate: {error}",
            hint="give the base64 of a PEM file",
        ) from error
    if not settings.verify_ssl_certs:
        origin = settings.origin("verify_ssl_certs")
        _log.warning("the certificate of %s is not verified (%s)", settings.api_url, origin)
    return tls


def _credentials(settings: ClusterSettings) -> Credentials:
    if settings.auth_token_path:
        return TokenFile(settings.auth_token_path, clock=time.monotonic)
    if settings.auth_token:
        return FixedCredentials.bearer(
            settings.auth_token, source=f"auth-token ({settings.origin('auth_token')})"
        )
    raise ConfigurationError(
        f"cluster {settings.name!r} has no token, so it cannot be reached",
        hint="set auth-token-path (or auth-token) to a service account's token",
    )


def tls_context(*, authority: str | None, verify: bool) -> ssl.SSLContext:
    """A TLS context that trusts one authority, or the system's.

    Args:
        authority: PEM certificates; None (or empty) for the system's.
        verify: Whether to verify the server at all.

    Raises:
        ssl.SSLError: The authority holds no certificate.
    """
    context = ssl.create_default_context(cadata=authority or None)
    # Many clusters' own CAs lack extensions that RFC 5280 asks for; Go, and so kubectl, does not mind.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
