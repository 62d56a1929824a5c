"""A hub on this machine, and releases to be pushed to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import huggingface_hub.constants
import huggingface_hub.utils._http
import pytest

from hub_server import HubServer
from hub_support import TOKEN, Make, make_release, release_files
from support import ServerThread


@dataclass(frozen=True)
class Waits:
    """Stands for the clock that the library waits by between its tries."""

    seconds: list[float]

    def sleep(self, seconds: float) -> None:
        """Note how long it would wait."""
        self.seconds.append(seconds)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """No try waits for the one before."""
    clock = Waits([])
    monkeypatch.setattr(huggingface_hub.utils._http, "time", clock)
    return clock


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    """A hub with an organization into which the token of the environment may write; large files go by LFS."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_TOKEN_PATH", str(tmp_path / "nobody" / "token"))
    for name in ("HUGGING_FACE_HUB_TOKEN", "HF_OIDC_RESOURCE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    server = HubServer({TOKEN: {"org"}})
    with ServerThread(server.application()) as thread:
        server.base = f"http://127.0.0.1:{thread.port}"
        yield server


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a release's folder."""

    def build(files: dict[str, bytes] | None = None, version: str = "1.0.0", **changed: Any) -> Path:
        files = release_files(version) if files is None else files
        return make_release(tmp_path / "releases" / f"tiny-{version}", files, version, **changed)

    return build
