"""Who we are to the API server: the ``Authorization`` header, kept fresh.

A kubelet rotates a service account's token by swapping a symbolic link well before it expires, and
client-go reads the file again every minute; so do we, and at once when the file changes or a 401
says that the token in hand is no longer good (domain, section 1: auth-token-path).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import attrs

from launcher_k8s.errors import UnauthorizedError
from launcher_k8s.tokens import decode_token

_log = logging.getLogger(__name__)

_NO_HEADER = re.compile(r"[^\x20-\x7e\xa0-\xff]")
_UNSENDABLE = "holds more than a token: a line break, a control character or one beyond Latin-1"


def check_header(header: str, source: str) -> str:
    """The header as it is, if HTTP can carry it (RFC 9110, 5.5).

    Args:
        header: The value of an ``Authorization`` header.
        source: Where it comes from, for the message.

    Raises:
        UnauthorizedError: It holds control characters, or others than Latin-1.
    """
    if _NO_HEADER.search(header):
        raise UnauthorizedError(f"{source} {_UNSENDABLE}", hint="give the token alone, on one line")
    return header


class Credentials(Protocol):
    """Gives the ``Authorization`` header of each request."""

    async def authorization(self) -> str:
        """The header's value; empty for none (client certificates).

        Raises:
            UnauthorizedError: There is no credential to send.
        """

    async def renew(self, rejected: str) -> bool:
        """Called after a 401: makes sure that the next header is another one, if there is another one.

        Args:
            rejected: The header that the server did not accept.

        Returns:
            Whether to try again. Of many requests refused at once, one obtains the credential anew.
        """


@attrs.frozen
class FixedCredentials:
    """A header that never changes: a token from the settings, a password, or nothing."""

    header: str = attrs.field(default="", repr=False)

    @classmethod
    def bearer(cls, text: str, *, source: str = "auth-token") -> FixedCredentials:
        """From a token as it stands in a setting, which ``source`` names.

        Raises:
            UnauthorizedError: It is no token that can be sent.
        """
        return cls(check_header(f"Bearer {decode_token(text)}", source))

    async def authorization(self) -> str:
        """The header's value."""
        return self.header

    async def renew(self, rejected: str) -> bool:  # noqa: ARG002 - the protocol's
        """There is nothing to renew."""
        return False


class TokenFile:
    """A bearer token in a file that may be replaced at any time.

    Args:
        path: The file; a symbolic link is followed anew each time.
        clock: Seconds that only grow.
        max_age_s: After so many seconds the file is read again even if it looks unchanged (network
            file systems may not show a new modification time).
    """

    def __init__(self, path: str, *, clock: Callable[[], float], max_age_s: float = 60.0) -> None:
        self._path = Path(path)
        self._clock = clock
        self._max_age_s = max_age_s
        self._header = ""
        self._seen: tuple[int, int, int] | None = None
        self._read_at = 0.0

    async def authorization(self) -> str:
        """The header's value, from the file as it is now; the last good one while it cannot be read."""
        stale = self._clock() - self._read_at >= self._max_age_s
        if stale or not self._header or self._look() != self._seen:
            self._read()
        return self._header

    async def renew(self, rejected: str) -> bool:
        """Reads the file again, unless that was done since; whether it holds another token now."""
        if self._header == rejected:
            self._read()
        return self._header != rejected

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> None:
        seen = self._look()  # before reading: a swap in between is noticed next time
        try:
            token = decode_token(self._path.read_text("utf-8"))
        except UnicodeDecodeError as error:
            self._keep("is no text", error)
        except (OSError, ValueError) as error:
            self._keep(f"cannot be read: {getattr(error, 'strerror', None) or error}", error)
        else:
            if not token:
                self._keep("is empty", None)
            elif _NO_HEADER.search(token):
                self._keep(_UNSENDABLE, None)
            else:
                self._header = f"Bearer {token}"
        self._seen, self._read_at = seen, self._clock()

    def _keep(self, problem: str, error: Exception | None) -> None:
        """Go on with the last good token, if there is one."""
        message = f"the token file {self._path} {problem}"
        if not self._header:
            hint = "check auth-token-path, the file's owner and mode, and that it is one token on one line"
            raise UnauthorizedError(message, hint=hint) from error
        _log.warning("%s; the last token read from it is still used", message)
