"""What goes wrong at the hub, as one line without a token: the boundary to huggingface_hub's errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from ...errors import HubFault
from ...runtime.environment import redact

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

_LONGEST_REASON = 200
#: User name and password of an address, and its query, which signs an upload.
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY = re.compile(r"(?<=\w)\?\S*=\S*")
#: In the address of which Xet's errors tell, which have no class and no status of their own.
_XET = "/xet-write-token/"
_AGAIN = "run the same command again: it goes on where it was"
#: What to do about a refusal, by its status.
_ADVICE: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "the token is not accepted; set HF_TOKEN, or `hf auth login`",
    HTTPStatus.FORBIDDEN: "the token may not do this; take one that may write to this repository",
    HTTPStatus.NOT_FOUND: "no such repository, or the token may not see it",
    HTTPStatus.CONFLICT: f"something else changed it at the same time; {_AGAIN}",
    HTTPStatus.PRECONDITION_FAILED: f"something else changed it at the same time; {_AGAIN}",
}


@contextmanager
def hub_faults(place: str, token: str) -> Iterator[None]:
    """Translate what huggingface_hub raises.

    Args:
        place: the repository, for the message.
        token: that no message may hold.

    Raises:
        HubFault: the hub refused, failed or could not be reached.
    """
    from httpx import HTTPError

    try:
        yield
    # The library raises its HTTP errors, OSError for Xet and for files, RuntimeError around any of these in an upload;
    # ValueError where an answer is no JSON, KeyError and TypeError where it is JSON of another form.
    except (HTTPError, OSError, RuntimeError, ValueError, KeyError, TypeError) as exc:
        raise _fault(exc, place, token) from exc


def _fault(exc: BaseException, place: str, token: str) -> HubFault:
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    root = _root(exc)
    if isinstance(root, HfHubHTTPError):
        return _refusal(root, place, token)
    if isinstance(root, OfflineModeIsEnabled):
        return HubFault(f"{place}: HF_HUB_OFFLINE is set, and a push needs the hub; unset it")
    said = _plain(f"{type(root).__name__}: {root}", token)
    if _XET in str(root):
        return HubFault(f"{place}: the hub's Xet storage refuses ({said}); where it has none, set HF_HUB_DISABLE_XET=1")
    return HubFault(f"{place}: the hub cannot be reached, or broke off ({said}); {_AGAIN}")


def _root(exc: BaseException) -> BaseException:
    """The error inside those that the library wraps around it."""
    while isinstance(exc, RuntimeError) and exc.__cause__ is not None:
        exc = exc.__cause__
    return exc


def _refusal(exc: "HfHubHTTPError", place: str, token: str) -> HubFault:
    status = exc.response.status_code
    refused = status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT
    said = f": {_plain(exc.server_message, token)}" if exc.server_message else ""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = exc.response.headers.get("Retry-After", "")
        advice = f"wait {wait} s" if wait.isdigit() else "wait a few minutes"
        return HubFault(
            f"{place}: the hub takes no more requests for now (429{said}); {advice}, then {_AGAIN}", refused=True
        )
    if not refused:
        return HubFault(f"{place}: the hub failed ({status}{said}); {_AGAIN}")
    advice = _ADVICE.get(status, "nothing was changed by this request")
    return HubFault(f"{place}: the hub refused ({status}{said}): {advice}", refused=True)


def _plain(text: str, token: str) -> str:
    """A foreign text without what may be secret in it, and short."""
    text = redact(" ".join(text.split()), token)
    text = _QUERY.sub("", _USERINFO.sub("", text))
    return text if len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON] + "..."
