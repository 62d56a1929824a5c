"""Where a model is served: the addresses of a spec, and what may not stand in them."""

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator

from .environment import names_secret

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def several(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """No address, one or more, as one tuple."""
    return () if value is None else (value,) if isinstance(value, str) else value


def on_this_machine(address: str) -> bool:
    """Whether an address is this very machine's."""
    return urlsplit(address).hostname in _THIS_MACHINE


def shown(address: str) -> str:
    """An address as it may be shown and passed on: what stands behind a question mark or a number sign may be a key."""
    return urlsplit(address)._replace(query="", fragment="").geturl()


def secrets_of(addresses: Iterable[str]) -> list[str]:
    """What `shown` leaves out, as an endpoint may echo it: as a whole, by pairs, and the values that are named so."""
    parts = [part for address in addresses for part in urlsplit(address)[3:] if part]
    pairs = [pair for part in parts for pair in part.split("&")]
    values = [value for part in parts for name, value in parse_qsl(part) if names_secret(name)]
    return [*parts, *pairs, *values]


def _check(value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
    addresses = several(value)
    for address in addresses:
        # The address itself is not repeated: it may hold the very password that does not belong here.
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http:// or https:// address such as http://127.0.0.1:8000/v1")
        if parts.username or parts.password:
            raise ValueError("must hold no user name or password; put the key into an environment variable")
    if len(set(addresses)) < len(addresses) or value == ():
        raise ValueError("must name one address, or several different ones")
    return value


#: The type of a spec's `api_base`: an address without user name or password in it, several different ones, or None.
Addresses = Annotated[str | tuple[str, ...] | None, AfterValidator(_check)]
