"""Fetching what the user names, and nothing else: one document over HTTP, with a deadline and a limit of its size.

A redirect is followed within the host only. A proxy that the environment names is used, since many networks have no
other way out. aiohttp's `trust_env` is not: it would also send passwords from ~/.netrc, which nobody asked for.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from yarl import URL

from .. import __version__
from ..compression import Inflater
from ..errors import FetchFault, UnreadableFile
from ..knowledge.topics import MAX_SOURCE_BYTES, plain_line
from .environment import proxy_for, redact

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": f"condor/{__version__}",
    "Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}


@dataclass(frozen=True)
class Fetched:
    """A document as it came.

    Attributes:
        url: that it is from, after redirects.
        body: without the transport's compression.
        content_type: as the server says it, None where it says nothing.
    """

    url: str
    body: bytes
    content_type: str | None


async def fetch(url: str, *, timeout_s: float = 30.0, max_bytes: int = MAX_SOURCE_BYTES) -> Fetched:
    """Fetch a document.

    Args:
        url: http or https, without userinfo.
        timeout_s: seconds for everything, redirects and the last byte included.
        max_bytes: that the document may have, decompressed; reading ends there.

    Raises:
        FetchFault: the URL cannot be fetched, points elsewhere, or answers with an error, too late or too much. No
            message holds a query string or userinfo.
    """
    shown = shown_url(url)
    try:
        target = _checked(url, shown)
        async with asyncio.timeout(timeout_s), _session() as session:
            return await _follow(session, target, shown, max_bytes)
    except TimeoutError as exc:
        raise FetchFault(f"{shown}: not there in whole after {timeout_s:g} s; try again later") from exc
    except aiohttp.ClientError as exc:
        raise FetchFault(f"{shown}: cannot be fetched: {_reason(exc)}") from exc
    except UnicodeError as exc:  # out of the system's resolver, or of the host's name in letters
        raise FetchFault(f"{shown}: there can be no host of that name") from exc
    except UnreadableFile as exc:
        raise FetchFault(str(exc)) from exc


def shown_url(url: str) -> str:
    """A URL as it may be shown and kept: without userinfo, query, fragment, and keys that the environment holds."""
    try:
        target = URL(url)
        bare = str(target.with_user(None).with_query(None).with_fragment(None)) if target.host else ""
    except ValueError:
        bare = ""
    return plain_line(redact(bare)) or "the URL"


def _checked(url: str, shown: str) -> URL:
    """The URL, if it is one that may be fetched; messages repeat nothing of it but scheme, host and path."""
    try:
        target = URL(url)
    except ValueError as exc:
        raise FetchFault("a URL cannot be read; write it as http://HOST/PATH or https://HOST/PATH") from exc
    if target.scheme not in ("http", "https") or not target.host:
        raise FetchFault(f"{shown}: only http and https can be fetched; name a file by its path")
    if target.user is not None or target.password is not None:
        raise FetchFault(f"{shown}: a URL with a user name or password is not fetched; leave them out")
    return target


def _session() -> aiohttp.ClientSession:
    """A session without a time-out of its own, which would begin anew with each redirect, and without cookies."""
    return aiohttp.ClientSession(
        headers=_HEADERS,
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # done here, to stop at the limit in the middle of a piece
    )


async def _follow(session: aiohttp.ClientSession, target: URL, shown: str, max_bytes: int) -> Fetched:
    for _ in range(_MOST_REDIRECTS + 1):
        async with session.get(target, allow_redirects=False, proxy=_proxy(target, shown)) as response:
            if response.status not in _REDIRECTS:
                return await _take(response, shown, max_bytes)
            target = _next(target, response.headers, shown)
    raise FetchFault(f"{shown}: redirects more than {_MOST_REDIRECTS} times; name the address where it ends")


def _proxy(target: URL, shown: str) -> URL | None:
    named = proxy_for(target.scheme, target.host or "")
    if named is None:
        return None
    try:
        proxy = URL(named if "://" in named else f"http://{named}")
    except ValueError as exc:
        raise FetchFault(f"{shown}: {target.scheme}_proxy is set to what is no URL; mend or unset it") from exc
    if proxy.scheme not in ("http", "https") or not proxy.host:
        raise FetchFault(f"{shown}: {target.scheme}_proxy names a proxy that is not http; unset it, or use another")
    return proxy


def _next(target: URL, headers: Mapping[str, str], shown: str) -> URL:
    """Where a redirect leads, if that is the same host: on the same port, or from http to https."""
    try:
        following = target.join(URL(headers.get("Location", "")))
    except ValueError as exc:
        raise FetchFault(f"{shown}: redirects to what is no URL") from exc
    upgraded = (target.scheme, target.port, following.scheme, following.port) == ("http", 80, "https", 443)
    same = following.host == target.host and (following.origin() == target.origin() or upgraded)
    if not headers.get("Location") or not same or following.user is not None:
        place = shown_url(str(following)) if headers.get("Location") else "nowhere"
        raise FetchFault(f"{shown}: redirects to {place}; name that address if you want what is there")
    return following


async def _take(response: aiohttp.ClientResponse, shown: str, max_bytes: int) -> Fetched:
    if response.status != 200:
        reason = plain_line(redact(response.reason or ""))[:80]
        raise FetchFault(f"{shown}: answers {response.status} {reason}".rstrip() + "; see whether the address is right")
    body = await _read(response, shown, max_bytes)
    return Fetched(str(response.url), body, response.headers.get("Content-Type"))


async def _read(response: aiohttp.ClientResponse, shown: str, max_bytes: int) -> bytes:
    """A response's body, decompressed as it comes; beyond the limit nothing more is read."""
    announced = response.content_length
    if announced is not None and announced > max_bytes:
        raise _too_large(shown, max_bytes)
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding in ("", "identity"):
        return await _read_plain(response, shown, max_bytes)
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise FetchFault(f"{shown}: is compressed as {plain_line(coding)[:40]!r}, which was not asked for")
    inflater = Inflater(shown, max_bytes=max_bytes, deflate=coding == "deflate")
    async for piece in response.content.iter_any():
        inflater.add(piece)
    return inflater.finish()


async def _read_plain(response: aiohttp.ClientResponse, shown: str, max_bytes: int) -> bytes:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > max_bytes:
            raise _too_large(shown, max_bytes)
    return bytes(body)


def _too_large(shown: str, max_bytes: int) -> FetchFault:
    return FetchFault(f"{shown}: larger than {max_bytes} bytes; get it yourself and take a part of it")


def _reason(error: aiohttp.ClientError) -> str:
    """What went wrong, in words that hold no address: aiohttp's own may repeat the URL, or a proxy's password."""
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
        return "the connection broke off"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy answers {error.status}"
    if isinstance(error, aiohttp.ClientResponseError):
        return "its answer is not HTTP"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "no such host"
    if isinstance(error, aiohttp.ClientSSLError):
        return "its certificate or encryption is not accepted"
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno and error.errno > 0 else "the connection failed"
    return type(error).__name__
