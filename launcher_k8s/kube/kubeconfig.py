"""An endpoint from a kubeconfig file: contexts, client certificates, exec plugins, token refresh.

The reading is kubernetes_asyncio's, which knows every dialect of these files; it is imported on first
use (0.3 s), and its ``Configuration``, which lowers the host's loggers, is never made: the loader
writes into a plain namespace instead.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from launcher_k8s.errors import ConfigurationError, UnauthorizedError
from launcher_k8s.kube.credentials import Credentials, FixedCredentials, check_header
from launcher_k8s.kube.endpoint import Endpoint, EndpointSource, tls_context
from launcher_k8s.kube.kubeconfig_form import check_kubeconfig
from launcher_k8s.kube.proxy import proxy_for

_log = logging.getLogger(__name__)

_EARLY = timedelta(seconds=60)
_REFRESH_S = 60.0
_TRY_HINT = "try it by `kubectl --kubeconfig FILE version`: what kubectl says of it may tell more"


def kubeconfig_source(path: str | None, context: str | None, *, clock: Callable[[], float]) -> EndpointSource:
    """What finds the endpoint of a kubeconfig when a cluster is entered.

    Args:
        path: The file, or several parted by colons; ``KUBECONFIG`` or ``~/.kube/config`` if None.
        context: The context's name; the file's current one if None.
        clock: Seconds that only grow.
    """
    return partial(_endpoint, path, context, clock)


async def _endpoint(path: str | None, context: str | None, clock: Callable[[], float]) -> Endpoint:
    files = _existing(path)
    loaded = await _load(files, context)
    found = loaded.found
    return Endpoint(
        found.host,
        _credentials(loaded, files, context, clock),
        _tls(found, files),
        server_name=getattr(found, "tls_server_name", None),
        proxy=getattr(found, "proxy", None) or proxy_for(found.host, os.environ),
    )


def _existing(path: str | None) -> str:
    files = path or os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    if not any(Path(file).expanduser().is_file() for file in files.split(os.pathsep) if file):
        raise ConfigurationError(f"there is no kubeconfig at {files}", hint="give a path, or set KUBECONFIG")
    return files


class _Loaded:
    """What the loader found, and the loader itself, which knows when its token expires."""

    def __init__(self, loader: Any, found: SimpleNamespace, files: str) -> None:
        self.found = found
        # A token file ends in a line break, which the loader leaves in place.
        header = found.api_key.get("BearerToken", "").strip()
        self.header: str = check_header(header, f"the token that the kubeconfig {files} gives")
        self.expiry: datetime | None = getattr(loader, "exec_plugin_expiry", None)
        user = loader._user  # noqa: SLF001 - kubernetes_asyncio's own refresh looks there too; nothing public tells
        self.is_exec = user is not None and "exec" in user
        self.is_reloadable = loader.provider is not None or (user is not None and "tokenFile" in user)


async def _load(files: str, context: str | None) -> _Loaded:
    import yaml
    from kubernetes_asyncio.config import load_kube_config
    from kubernetes_asyncio.config.config_exception import ConfigException

    check_kubeconfig(files, context)
    found = SimpleNamespace(api_key={})
    # The loader checks little itself: an entry of another shape ends in whichever of these comes first.
    broken = (
        *(ConfigException, yaml.YAMLError, OSError),
        *(LookupError, TypeError, ValueError, AttributeError, AssertionError),
    )
    try:
        loader = await load_kube_config(config_file=files, context=context, client_configuration=found)
    except broken as error:
        chosen = f" (context {context!r})" if context else ""
        said = " ".join(str(error).split()) or type(error).__name__
        message = f"the kubeconfig {files}{chosen} cannot be used: {said}"
        raise ConfigurationError(message, hint=_TRY_HINT) from error
    return _Loaded(loader, found, files)


def _tls(found: SimpleNamespace, files: str) -> ssl.SSLContext | None:
    if not found.host.startswith("https"):
        return None
    try:
        authority = getattr(found, "ssl_ca_cert", None)
        pem = Path(authority).read_text("utf-8") if authority else None
        tls = tls_context(authority=pem, verify=getattr(found, "verify_ssl", True))
        if getattr(found, "cert_file", None):
            tls.load_cert_chain(found.cert_file, getattr(found, "key_file", None))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        message = f"the certificates of kubeconfig {files} cannot be used: {error}"
        raise ConfigurationError(message, hint=_TRY_HINT) from error
    return tls


def _credentials(loaded: _Loaded, files: str, context: str | None, clock: Callable[[], float]) -> Credentials:
    if loaded.is_exec or loaded.is_reloadable:
        return _Reloaded(loaded, partial(_load, files, context), clock)
    return FixedCredentials(loaded.header)


class _Reloaded:
    """A token that an exec plugin, an identity provider or a file gives; asked for again when it is due.

    A plugin says when its token expires, and is not run earlier; the others are cheap to read, and are
    read every minute, as client-go does. Client certificates from a plugin last until the cluster is
    entered again. The lock makes one request do it when many find it due.
    """

    def __init__(
        self, loaded: _Loaded, load: Callable[[], Awaitable[_Loaded]], clock: Callable[[], float]
    ) -> None:
        self._loaded = loaded
        self._load = load
        self._clock = clock
        self._loaded_at = clock()
        self._lock = asyncio.Lock()

    async def authorization(self) -> str:
        async with self._lock:
            if self._is_due():
                try:
                    await self._reload()
                except (
                    ConfigurationError,
                    UnauthorizedError,
                ) as error:  # the server says when the old one is no longer good
                    _log.warning("the old token is still used: %s", error)
        return self._loaded.header

    async def renew(self, rejected: str) -> bool:
        async with self._lock:
            if self._loaded.header == rejected:
                try:
                    await self._reload()
                except ConfigurationError as error:
                    raise UnauthorizedError(error.message, hint=error.hint) from error
        return self._loaded.header != rejected

    async def _reload(self) -> None:
        self._loaded_at = self._clock()
        self._loaded = await self._load()

    def _is_due(self) -> bool:
        if self._loaded.is_exec:
            expiry = self._loaded.expiry
            return expiry is not None and datetime.now(UTC) >= expiry - _EARLY
        return self._clock() - self._loaded_at >= _REFRESH_S
