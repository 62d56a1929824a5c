"""Where a model is served: the addresses of a spec, and what may not stand in them."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def several(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """No address, one or more, as one tuple."""
    return () if value is None else (value,) if isinstance(value, str) else value


def on_this_machine(address: str) -> bool:
    """Whether an address is this very machine's."""
    return urlsplit(address).hostname in _THIS_MACHINE


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
