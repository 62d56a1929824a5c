"""Fetching over real HTTP on 127.0.0.1, from servers that misbehave."""

import asyncio
import gzip
import re
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web

from condor import __version__
from condor.errors import BadInput, FetchFault
from condor.knowledge.topics import read_topics
from condor.runtime.fetch import Fetched, fetch, shown_url

from support import ServerThread

MIB = 1024 * 1024
RSS = b'<rss version="2.0"><channel><item><title>Tea</title></item></channel></rss>'
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Silk</title></entry></feed>'
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """A server whose every path is answered by one handler.

    Attributes:
        requests: what came, in order.
        gone: is set when a client has left in the middle of an answer.
    """

    def __init__(self, handler: Handler) -> None:
        self.requests: list[web.Request] = []
        self.gone = threading.Event()
        self._handler = handler
        self.thread = ServerThread(self._application())

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.thread.port}"

    def _application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        try:
            return await self._handler(request)
        except (asyncio.CancelledError, ConnectionError):
            self.gone.set()
            raise


@pytest.fixture
def site() -> Iterator[Callable[[Handler], Site]]:
    """Serves handlers until the test ends."""
    running: list[Site] = []

    def start(handler: Handler) -> Site:
        made = Site(handler)
        made.thread.__enter__()
        running.append(made)
        return made

    yield start
    for made in running:
        made.thread.__exit__()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the proxies of whoever runs the tests out of the environment."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def answering(body: bytes, **headers: str) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return handle


def get(url: str, *, timeout_s: float = 20.0, max_bytes: int = MIB) -> Fetched:
    return asyncio.run(fetch(url, timeout_s=timeout_s, max_bytes=max_bytes))


def refusal(url: str, *, timeout_s: float = 20.0, max_bytes: int = MIB) -> str:
    with pytest.raises(FetchFault) as caught:
        get(url, timeout_s=timeout_s, max_bytes=max_bytes)
    assert isinstance(caught.value, BadInput)
    return str(caught.value)


class RawServer:
    """A socket that sends given bytes to whoever connects, and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._stop = threading.Event()
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "RawServer":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError):
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(self._answer)


# -- what comes as it should -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "kind"), [(RSS, "application/rss+xml"), (ATOM, "application/atom+xml")])
def test_a_document_comes_with_its_type(site: Callable[[Handler], Site], body: bytes, kind: str) -> None:
    served = site(answering(body, Content_Type=kind))
    assert get(f"{served.base}/feed?key=k") == Fetched(f"{served.base}/feed?key=k", body, kind)
    (request,) = served.requests
    assert request.headers["User-Agent"] == f"condor/{__version__}"
    assert not {"Cookie", "Authorization", "Referer"} & set(request.headers)


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate)],
)
def test_compressed_transport_is_undone(
    site: Callable[[Handler], Site], coding: str, pack: Callable[[bytes], bytes]
) -> None:
    assert get(site(answering(pack(RSS * 1000), Content_Encoding=coding)).base, max_bytes=MIB).body == RSS * 1000


def test_a_compressed_file_stays_as_it_is_and_is_read(site: Callable[[Handler], Site]) -> None:
    body = gzip.compress(RSS)
    fetched = get(site(answering(body, Content_Type="application/gzip")).base + "/feed.xml.gz")
    assert fetched.body == body
    assert [topic.text for topic in read_topics(fetched.body, source="f", name=fetched.url).topics] == ["Tea"]


@pytest.mark.parametrize("kind", ["text/html", "image/png", "text/plain; charset=utf-8", "nonsense"])
def test_a_wrong_content_type_does_not_matter_to_what_is_read(site: Callable[[Handler], Site], kind: str) -> None:
    fetched = get(site(answering(RSS, Content_Type=kind)).base)
    topics = read_topics(fetched.body, source="f", name=fetched.url, content_type=fetched.content_type)
    assert [topic.text for topic in topics.topics] == ["Tea"]


def test_the_limit_is_exact(site: Callable[[Handler], Site]) -> None:
    served = site(answering(b"x" * 1000))
    assert len(get(served.base, max_bytes=1000).body) == 1000
    assert "larger than 999 bytes" in refusal(served.base, max_bytes=999)


# -- too much, too late ------------------------------------------------------------------------------------------------


def streaming(piece: bytes, *, pause_s: float = 0.0, total: int | None = None, **headers: str) -> Handler:
    """A body of `total` bytes, or one without end, made as it goes."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={name.replace("_", "-"): value for name, value in headers.items()})
        await response.prepare(request)
        sent = 0
        while total is None or sent < total:
            await response.write(piece)
            sent += len(piece)
            await asyncio.sleep(pause_s)
        return response

    return handle


@pytest.mark.parametrize("total", [50 * MIB, None], ids=["50 MB", "without end"])
def test_a_stream_is_left_as_soon_as_it_is_too_large(site: Callable[[Handler], Site], total: int | None) -> None:
    served = site(streaming(b"x" * 65536, total=total))
    tracemalloc.start()
    try:
        assert "larger than 1048576 bytes" in refusal(served.base + "/big?key=secret")
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()
    assert served.gone.wait(10)


def test_an_announced_size_is_believed_when_it_is_too_large() -> None:
    with RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\nxx") as server:
        assert "larger than 1048576 bytes" in refusal(server.base)


def test_a_trickle_does_not_outlive_the_deadline(site: Callable[[Handler], Site]) -> None:
    served = site(streaming(b"x", pause_s=0.02))
    started = time.monotonic()
    assert "not there in whole after 0.5 s" in refusal(served.base, timeout_s=0.5)
    assert time.monotonic() - started < 10
    assert served.gone.wait(10)


def test_slow_headers_do_not_outlive_the_deadline(site: Callable[[Handler], Site]) -> None:
    async def handle(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    assert "not there in whole after 0.3 s" in refusal(site(handle).base, timeout_s=0.3)


def test_redirects_share_one_deadline(site: Callable[[Handler], Site]) -> None:
    async def handle(request: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        raise web.HTTPFound(f"{request.path}x")

    assert "not there in whole after 0.8 s" in refusal(site(handle).base, timeout_s=0.8)


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", lambda data: gzip.compress(data, 9)), ("deflate", zlib.compress)]
)
def test_a_bomb_fills_no_memory(site: Callable[[Handler], Site], coding: str, pack: Callable[[bytes], bytes]) -> None:
    served = site(answering(pack(b"\0" * (128 * MIB)), Content_Encoding=coding))
    tracemalloc.start()
    try:
        assert "inflates to more than 1048576 bytes" in refusal(served.base)
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


# -- what is broken ----------------------------------------------------------------------------------------------------


def test_a_body_that_breaks_off_is_refused() -> None:
    with RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + RSS) as server:
        assert refusal(server.base).endswith("cannot be fetched: the connection broke off")


def test_a_compressed_body_that_breaks_off_is_refused(site: Callable[[Handler], Site]) -> None:
    served = site(answering(gzip.compress(RSS)[:-10], Content_Encoding="gzip"))
    assert "its compressed data break off" in refusal(served.base)
    assert "damaged" in refusal(site(answering(RSS, Content_Encoding="gzip")).base)


def test_a_compression_that_was_not_asked_for_is_refused(site: Callable[[Handler], Site]) -> None:
    assert "compressed as 'br'" in refusal(site(answering(b"xx", Content_Encoding="br")).base)


@pytest.mark.parametrize("status", [404, 410, 403, 500, 204, 304])
def test_another_status_is_told_without_the_query(site: Callable[[Handler], Site], status: int) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=status)

    served = site(handle)
    told = refusal(f"{served.base}/feed?key=secret-key#here")
    assert told.startswith(f"{served.base}/feed: answers {status}")
    assert "secret-key" not in told


def test_a_refused_connection_and_no_http_are_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    told = refusal(f"http://127.0.0.1:{port}/feed?key=secret-key")
    assert told.startswith(f"http://127.0.0.1:{port}/feed: cannot be fetched: Connection refused")
    assert "secret-key" not in told
    with RawServer(b"SSH-2.0-OpenSSH\r\n") as server:
        assert "its answer is not HTTP" in refusal(server.base)
    with RawServer(b"") as server:
        assert "the connection broke off" in refusal(server.base)
    with RawServer(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n") as server:
        assert "its answer is not HTTP" in refusal(server.base)


# -- redirects ---------------------------------------------------------------------------------------------------------


def redirecting(*places: str) -> Handler:
    """The first request is sent to the first place, the second to the second, and then the document comes."""
    left = list(places)

    async def handle(_: web.Request) -> web.Response:
        if left:
            return web.Response(status=302, headers={"Location": left.pop(0)})
        return web.Response(body=RSS)

    return handle


def test_redirects_within_the_host_are_followed(site: Callable[[Handler], Site]) -> None:
    served = site(redirecting("/a", "b?x=1", "/c"))
    assert get(served.base).url == f"{served.base}/c"
    assert [request.path_qs for request in served.requests] == ["/", "/a", "/b?x=1", "/c"]


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("http://localhost:9/feed?key=secret-key", "redirects to http://localhost:9/feed; name that address if"),
        ("//feeds.example.org/x", "redirects to http://feeds.example.org/x; name"),
        ("http://127.0.0.1:9/", "redirects to http://127.0.0.1:9/; name"),
        ("file:///etc/passwd", "redirects to the URL; name"),
        ("ftp://127.0.0.1/x", "redirects to ftp://127.0.0.1/x; name"),
        ("http://[", "redirects to what is no URL"),
        ("", "redirects to nowhere"),
    ],
)
def test_redirects_elsewhere_are_refused_and_named(site: Callable[[Handler], Site], place: str, told: str) -> None:
    served = site(redirecting(place))
    refused = refusal(f"{served.base}/feed")
    assert f"{served.base}/feed: {told}" in refused
    assert "secret-key" not in refused
    assert len(served.requests) == 1


def test_a_redirect_to_a_user_name_is_refused_without_it(site: Callable[[Handler], Site]) -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": f"http://me:secret-key@{request.host}/"})

    served = site(handle)
    assert refusal(served.base).startswith(f"{served.base}: redirects to {served.base}/; name")
    assert len(served.requests) == 1


def test_a_circle_of_redirects_ends(site: Callable[[Handler], Site]) -> None:
    served = site(redirecting(*["/again"] * 50))
    assert "redirects more than 5 times" in refusal(served.base)
    assert len(served.requests) == 6


# -- what may be asked for ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://127.0.0.1/feed?key=secret-key", "ftp://127.0.0.1/feed: only http and https can be fetched"),
        ("file:///etc/passwd", "the URL: only http and https"),
        ("feed.xml", "the URL: only http and https"),
        ("http:///feed", "only http and https"),
        ("http://me:secret-key@127.0.0.1/feed", "http://127.0.0.1/feed: a URL with a user name or password"),
        ("http://secret-key@127.0.0.1/feed", "http://127.0.0.1/feed: a URL with a user name or password"),
        ("http://[secret-key/", "a URL cannot be read"),
        ("http://127.0.0.1:99999/?secret-key", "a URL cannot be read"),
    ],
)
def test_what_cannot_be_fetched_is_refused_without_what_may_be_secret(url: str, told: str) -> None:
    refused = refusal(url)
    assert told in refused
    assert "secret-key" not in refused


@pytest.mark.parametrize("host", ["a" * 70 + ".invalid", "a..invalid", "xn--", "é" * 60 + ".invalid"])
def test_a_host_that_cannot_be_is_refused(host: str) -> None:
    assert re.search("there can be no host of that name|a URL cannot be read", refusal(f"http://{host}/"))


def test_a_key_in_the_environment_is_not_shown_in_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDS_API_KEY", "abcdef123456")
    assert shown_url("https://me@x.org/abcdef123456/rss?a=b#c") == "https://x.org/[key]/rss"


# -- proxies -----------------------------------------------------------------------------------------------------------


def test_a_proxy_of_the_environment_is_used_but_for_excepted_hosts(
    site: Callable[[Handler], Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, served = site(answering(RSS)), site(answering(ATOM))
    monkeypatch.setenv("http_proxy", proxy.base)
    assert get("http://feeds.invalid/rss").body == RSS
    assert proxy.requests[0].headers["Host"] == "feeds.invalid"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert get(served.base).body == ATOM


@pytest.mark.parametrize(
    "proxy", ["socks5://me:secret-key@127.0.0.1:9", "http://[secret-key", "http://me:secret-key@127.0.0.1:9"]
)
def test_a_proxy_that_does_not_serve_is_told_without_its_password(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    refused = refusal("http://feeds.invalid/rss")
    assert refused.startswith("http://feeds.invalid/rss: ")
    assert "secret-key" not in refused


def test_passwords_in_netrc_are_not_sent(
    site: Callable[[Handler], Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret-key\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    served = site(answering(RSS))
    get(served.base)
    assert "Authorization" not in served.requests[0].headers
