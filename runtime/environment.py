"""The one place that reads or sets the process environment."""

import os
import re
from urllib.request import getproxies, proxy_bypass

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
#: Shorter values are settings like "1" or "none"; taking them out of a text would only garble it.
_SHORTEST_SECRET = 8


def variable(name: str) -> str | None:
    """An environment variable, or None where it is unset or empty."""
    return os.environ.get(name) or None


def proxy_for(scheme: str, host: str) -> str | None:
    """The proxy that `http_proxy`, `https_proxy` and `no_proxy` name for a host, or None to go there directly."""
    return None if proxy_bypass(host) else getproxies().get(scheme)


def prepare_litellm() -> None:
    """Set what LiteLLM reads while it is imported: its price map comes from the package and is not fetched."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")


def redact(text: str, *more: str) -> str:
    """A text without the values of variables that are named like keys, and without `more`: endpoints echo keys."""
    named = (value for name, value in os.environ.items() if _SECRET_NAME.search(name))
    for secret in sorted({*named, *more}, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "[key]")
    return text
