"""What tests of several rooms share: a served rehearsal model, and the command line as a process."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from condor.runtime.rehearsal.server import EndpointCount

from warm_cli import WarmCli, WarmInterpreter

SHARED_TAGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "condor_tags_en.json"


@dataclass(frozen=True)
class Endpoint:
    """A served rehearsal model.

    Attributes:
        base: what `--api-base` takes.
        count: what it was asked, read while it runs.
    """

    base: str
    count: EndpointCount


class ServerThread:
    """An aiohttp application in a thread of its own, on a free port of 127.0.0.1."""

    def __init__(self, application: web.Application) -> None:
        self.port = 0
        self._loop = asyncio.new_event_loop()
        # A handler ends with its connection, so that calls in flight can be counted.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "ServerThread":
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._started.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]


@dataclass(frozen=True)
class Cli:
    """The `condor` command as a process, in a directory of its own and without any key in its environment.

    Attributes:
        prologue: Python that the process executes before the command, to stand for another version of Condor.
        warm: forks commands that are run to their end, where nothing speaks against it: seconds of imports less.
    """

    directory: Path
    prologue: str = ""
    warm: "WarmInterpreter | None" = None

    def start(self, *args: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command."""
        command = [sys.executable, "-c", f"{self.prologue}\nfrom condor.cli import main; main()", *args]
        return subprocess.Popen(
            command,
            cwd=self.directory,
            env=clean_environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        of_the_interpreter = any(name.startswith("PYTHON") for name in environment)
        if self.warm is not None and not of_the_interpreter:
            command = WarmCli(self.warm, self.directory, clean_environment(), self.prologue)
            return command.run(*args, timeout=100, **environment)
        process = self.start(*args, **environment)
        out, err = process.communicate(timeout=100)
        return subprocess.CompletedProcess(args, process.returncode, out, err)

    def recipe(self, text: str, name: str = "recipe.yaml") -> str:
        """Write a recipe and return its name."""
        (self.directory / name).write_text(text, encoding="utf-8")
        return name


def status(cli: Cli | WarmCli, run: str) -> dict[str, Any]:
    """What `condor status --json` says."""
    result = cli.run("status", run, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def export(cli: Cli | WarmCli, run: str, format_: str = "messages") -> bytes:
    """A run's export, which is left in RUN.FORMAT."""
    result = cli.run("export", run, "--format", format_, "--out", f"{run}.{format_}")
    assert result.returncode == 0, result.stderr
    return (cli.directory / f"{run}.{format_}").read_bytes()


def refused(cli: Cli, *args: str, **environment: str) -> str:
    """Run a command that must be refused without a change; returns its one line."""
    before = _contents(cli.directory)
    result = cli.run(*args, **environment)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert _contents(cli.directory) == before
    return lines[0]


def _contents(directory: Path) -> dict[Path, bytes | None]:
    """Every file and folder, but for what SQLite keeps beside a journal that is read."""
    found = (path for path in directory.rglob("*") if not path.name.endswith(("-wal", "-shm")))
    return {path: path.read_bytes() if path.is_file() else None for path in found}


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that must happen soon."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.002)


def clean_environment() -> dict[str, str]:
    """The environment without keys, proxies and a tracker, with UTF-8 and a wide terminal."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.endswith(("_API_KEY", "_API_BASE", "_BASE_URL")) and "proxy" not in name.lower()
        if not name.startswith("MLFLOW_")
    }
    return kept | {"PYTHONUTF8": "1", "COLUMNS": "200", "NO_COLOR": "1", "CONDOR_TRACKING": "off"}
