"""HTTP to one API server: sessions, time limits, and the one function that checks every answer.

Rules (kubernetes facts, "The client library"): no answer is used before its status and content type
are checked; every request has a time limit, a stream one on silence instead of on its length; unary
requests, watches and logs have sessions of their own; all exceptions leave as our errors.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from enum import Enum
from http import HTTPStatus
from urllib.parse import quote, urlencode

import aiohttp
import attrs
from yarl import URL

from launcher_k8s.connection import JSON_MEDIA_TYPE, Reply
from launcher_k8s.errors import ClusterError, UnavailableError
from launcher_k8s.kube.broken import error_from_exception
from launcher_k8s.kube.endpoint import Endpoint
from launcher_k8s.kube.problems import Attempt, closed_error, error_from_answer, unplaced_error
from launcher_k8s.kube.sockets import drop, open_session
from launcher_k8s.kube.timeouts import Timeouts
from launcher_k8s.kube.websocket import LONGEST_MESSAGE, Pulse, RefusedUpgradeError, Socket, check_upgrade

# TimeoutError and ssl.SSLError are OSErrors; a ValueError is what aiohttp makes of a request it cannot send.
_BROKEN = (aiohttp.ClientError, OSError, EOFError, ValueError)
_WARNING = re.compile(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"')


class Traffic(Enum):
    """The kinds of traffic, each with connections of its own."""

    UNARY = "unary"
    WATCH = "watch"
    LOG = "log"
    SESSION = "session"


@attrs.frozen
class Request:
    """One HTTP request; ``query`` values are not yet quoted, and a key may come more than once in pairs."""

    method: str
    path: str
    attempt: Attempt
    query: Mapping[str, str] | Sequence[tuple[str, str]] = attrs.field(factory=dict)
    body: bytes | None = attrs.field(default=None, repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict)


class Transport:
    """Open connections to one API server.

    Args:
        endpoint: Where, and with what credentials.
        concurrency: How many unary requests may be under way at once.
        timeouts: Time limits.
    """

    def __init__(self, endpoint: Endpoint, *, concurrency: int, timeouts: Timeouts) -> None:
        self._endpoint = endpoint
        self._timeouts = timeouts
        self._turns = asyncio.Semaphore(concurrency)
        plain = (Traffic.UNARY, Traffic.WATCH, Traffic.LOG)
        self._sessions = {traffic: open_session(endpoint) for traffic in plain}
        self._sessions[Traffic.SESSION] = open_session(
            endpoint,
            repeats=False,  # the command may have run
            raise_for_status=check_upgrade,
            ws_response_class=Socket,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeouts.connect_s),
        )
        self._is_closed = False

    async def close(self) -> None:
        """Close every connection; streams that are still read end with an error."""
        self._is_closed = True
        for session in self._sessions.values():
            await session.close()

    async def send(self, request: Request) -> Reply:
        """Send a unary request and read its JSON answer.

        Waiting for a turn is not counted against the time limit: every holder of one has a limit.

        Raises:
            ClusterError: The server refused, or the connection failed.
        """
        limit = aiohttp.ClientTimeout(total=self._timeouts.answer_s, sock_connect=self._timeouts.connect_s)
        async with self._turns:
            with self.translating(request):
                async with AsyncExitStack() as stack:
                    answer = await self._answer(Traffic.UNARY, request, limit, stack)
                    _expect(answer, request.attempt, JSON_MEDIA_TYPE)
                    body = await answer.read()
        return Reply(body, warnings_in(answer.headers.getall("Warning", ())))

    @asynccontextmanager
    async def stream(
        self, traffic: Traffic, request: Request, *, media_type: str, silence_s: float
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Send a request whose answer goes on, and give its chunks as they come; leaving closes it.

        Args:
            traffic: Whose connections to use.
            request: The request.
            media_type: What the answer must be.
            silence_s: After so many seconds without a byte the stream ends with an error.

        Raises:
            ClusterError: As for :meth:`send`; the chunks raise it too.
        """
        limit = aiohttp.ClientTimeout(total=None, sock_connect=self._timeouts.connect_s, sock_read=silence_s)
        async with AsyncExitStack() as stack:
            with self.translating(request):
                async with asyncio.timeout(self._timeouts.answer_s):
                    answer = await self._answer(traffic, request, limit, stack)
                if traffic is Traffic.LOG and answer.status == HTTPStatus.NO_CONTENT:
                    raise unplaced_error(request.attempt)
                _expect(answer, request.attempt, media_type)
            try:
                yield _Chunks(answer.content, self, request)
            finally:
                drop(answer)

    @asynccontextmanager
    async def connect(self, request: Request, protocols: Sequence[str]) -> AsyncIterator[Socket]:
        """Open a websocket; leaving lets go of it.

        Args:
            request: What to ask for.
            protocols: Those that we speak, the best first.

        Raises:
            ClusterError: As for :meth:`send`.
        """
        with self.translating(request):
            async with asyncio.timeout(self._timeouts.answer_s):
                socket = await self._upgrade(request, protocols)
        try:
            yield socket
        finally:
            socket.drop()

    @property
    def pulse(self) -> Pulse:
        """How silence on a websocket is judged."""
        return Pulse(self._timeouts.ping_s, self._timeouts.pong_s)

    async def _upgrade(self, request: Request, protocols: Sequence[str]) -> Socket:
        """A websocket; after a 401 the credential is renewed once."""
        credentials = self._endpoint.credentials
        sent = await credentials.authorization()
        try:
            return await self._shake_hands(request, protocols, sent)
        except RefusedUpgradeError as refused:
            if refused.code != 401 or not await credentials.renew(sent):
                raise _refused(request.attempt, refused) from None
        try:
            return await self._shake_hands(request, protocols, await credentials.authorization())
        except RefusedUpgradeError as refused:
            raise _refused(request.attempt, refused) from None

    async def _shake_hands(self, request: Request, protocols: Sequence[str], authorization: str) -> Socket:
        session, headers = self._begin(Traffic.SESSION, request, authorization)
        socket = await session.ws_connect(
            _url(self._endpoint.url, request),
            protocols=protocols,
            headers=headers,
            proxy=self._endpoint.proxy,
            server_hostname=self._endpoint.server_name,
            autoclose=False,
            autoping=False,
            max_msg_size=LONGEST_MESSAGE,
        )
        assert isinstance(socket, Socket)
        return socket

    async def _answer(
        self, traffic: Traffic, request: Request, limit: aiohttp.ClientTimeout, stack: AsyncExitStack
    ) -> aiohttp.ClientResponse:
        """An answer whose status says success; after a 401 the credential is renewed once."""
        credentials = self._endpoint.credentials
        sent = await credentials.authorization()
        answer = await self._exchange(traffic, request, sent, limit, stack)
        if answer.status == 401 and await credentials.renew(sent):
            await answer.read()
            renewed = await credentials.authorization()
            answer = await self._exchange(traffic, request, renewed, limit, stack)
        if not 200 <= answer.status < 300:
            body = await answer.read()
            raise error_from_answer(request.attempt, answer.status, answer.headers, body)
        return answer

    async def _exchange(
        self,
        traffic: Traffic,
        request: Request,
        authorization: str,
        limit: aiohttp.ClientTimeout,
        stack: AsyncExitStack,
    ) -> aiohttp.ClientResponse:
        session, headers = self._begin(traffic, request, authorization)
        sending = session.request(
            request.method,
            _url(self._endpoint.url, request),
            data=request.body,
            headers=headers,
            timeout=limit,
            allow_redirects=False,
            proxy=self._endpoint.proxy,
            server_hostname=self._endpoint.server_name,
        )
        return await stack.enter_async_context(sending)

    def _begin(
        self, traffic: Traffic, request: Request, authorization: str
    ) -> tuple[aiohttp.ClientSession, Mapping[str, str]]:
        if self._is_closed:
            raise closed_error(request.attempt)
        headers = {**request.headers, "Authorization": authorization} if authorization else request.headers
        return self._sessions[traffic], headers

    @contextmanager
    def translating(self, request: Request) -> Iterator[None]:
        """Let exceptions of the HTTP library and the system leave as our errors."""
        try:
            yield
        except ClusterError:
            raise
        except Exception as error:
            if self._is_closed:  # under a request, a session that closes fails by assertions too
                raise closed_error(request.attempt) from error
            if isinstance(error, aiohttp.ClientResponseError):
                _forget_token(error)
            if isinstance(error, _BROKEN):
                raise error_from_exception(request.attempt, self._endpoint.url, error) from error
            raise


class _Chunks:
    """The chunks of an answer, with our errors."""

    def __init__(self, content: aiohttp.StreamReader, transport: Transport, request: Request) -> None:
        self._content = content
        self._transport = transport
        self._request = request

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> bytes:
        with self._transport.translating(self._request):
            chunk = await self._content.readany()
        if not chunk:
            raise StopAsyncIteration
        return chunk


def _refused(attempt: Attempt, refused: RefusedUpgradeError) -> ClusterError:
    return error_from_answer(attempt, refused.code, refused.headers, refused.body)


def _forget_token(error: aiohttp.ClientResponseError) -> None:
    """Take the token out of an error that is kept as a cause, and shows the headers that were sent."""
    asked = error.request_info
    headers = asked.headers.copy()
    for name in ("Authorization", "Proxy-Authorization"):
        headers.popall(name, None)
    error.request_info = aiohttp.RequestInfo(
        asked.url, asked.method, type(asked.headers)(headers), asked.real_url
    )
    error.args = (error.request_info, error.history)


def warnings_in(headers: Sequence[str]) -> tuple[str, ...]:
    r"""The texts of ``Warning`` headers (RFC 7234, 5.5: ``299 - "text"``, quotes escaped by ``\``)."""
    texts = (match[1] for header in headers for match in _WARNING.finditer(header))
    return tuple(re.sub(r"\\(.)", r"\1", text) for text in texts)


def _url(base: str, request: Request) -> URL:
    query = urlencode(request.query, quote_via=quote)
    return URL(f"{base}{request.path}{'?' + query if query else ''}", encoded=True)


def _expect(answer: aiohttp.ClientResponse, attempt: Attempt, media_type: str) -> None:
    if answer.content_type != media_type:
        raise UnavailableError(
            f"cannot {attempt}: {answer.url.origin()} answered with {answer.content_type}, not {media_type}",
            status=answer.status,
            hint="this is no Kubernetes API server, a proxy's login page perhaps: check api-url",
        )
