"""The one place that reads or sets the process environment."""

import os
import re
from urllib.parse import unquote, urlsplit, urlunsplit
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


#: MLflow sends no word of its use, logs nothing to the terminal, and gives up a server in seconds instead of minutes.
_MLFLOW = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # More of them would only wait for each other's locks of a SQLite store.
    "MLFLOW_GENAI_EVAL_MAX_WORKERS": "1",
    "MLFLOW_GENAI_EVAL_MAX_SCORER_WORKERS": "1",
    "GIT_PYTHON_REFRESH": "quiet",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # MLflow's evaluation imports LiteLLM
}


def prepare_mlflow(uri: str) -> str:
    """Set what MLflow reads while it is imported and used; what the user has set stays.

    User name and password of a server's address go into the variables from which MLflow takes them: it writes addresses
    into messages.

    Returns:
        The address without them. Of a database they stay, for its driver takes them from nowhere else.
    """
    for name, value in _MLFLOW.items():
        os.environ.setdefault(name, value)
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or "@" not in parts.netloc:
        return uri
    userinfo, _, host = parts.netloc.rpartition("@")
    user, _, password = userinfo.partition(":")
    os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"] = unquote(user), unquote(password)
    plain = urlunsplit(parts._replace(netloc=host))
    if os.environ.get("MLFLOW_TRACKING_URI") == uri:
        os.environ["MLFLOW_TRACKING_URI"] = plain
    return plain


#: The library sends no word of its use and of what runs it, and shows no bars of its own.
_HUGGINGFACE = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
}


def prepare_huggingface() -> None:
    """Set what huggingface_hub reads while it is imported; what the user has set stays."""
    for name, value in _HUGGINGFACE.items():
        os.environ.setdefault(name, value)


def names_secret(name: str) -> bool:
    """Whether a variable or a parameter is named as one that holds a key."""
    return _SECRET_NAME.search(name) is not None


def redact(text: str, *more: str) -> str:
    """A text without the values of variables that are named like keys, and without `more`: endpoints echo keys."""
    named = (value for name, value in os.environ.items() if names_secret(name))
    for secret in sorted({*named, *more}, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "[key]")
    return text
