"""A headless Chromium, and a small client of its DevTools protocol: pages are opened, read and photographed.

The browser is a process of its own with a profile of its own, and knows no host but 127.0.0.1.
"""

import asyncio
import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

#: Under which names a system may have it; the first is Debian's.
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--headless=new",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-domain-reliability",
    "--metrics-recording-only",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
)
#: A full page of an interface in a megabyte of JavaScript, in base64.
_LARGEST_MESSAGE = 2**26
_SECONDS = 90


class PageFault(AssertionError):
    """A page does not show what it should, or the browser refused a command."""


def find_chromium() -> str | None:
    """The path of a Chromium on this machine, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@dataclass(frozen=True)
class Browser:
    """A browser that runs; `port` is where it listens for DevTools."""

    port: int

    @asynccontextmanager
    async def page(self, width: int = 1280, height: int = 800) -> AsyncIterator["Page"]:
        """A new empty page of a size in pixels, closed in the end."""
        root = f"http://127.0.0.1:{self.port}/json"
        async with aiohttp.ClientSession() as session:
            async with session.put(f"{root}/new?about:blank") as reply:
                target = json.loads(await reply.text())
            address = target["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=_LARGEST_MESSAGE) as socket:
                page = Page(socket)
                await page.command("Page.enable")
                size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
                await page.command("Emulation.setDeviceMetricsOverride", **size)
                yield page
            async with session.get(f"{root}/close/{target['id']}"):
                pass


class Page:
    """A page of a browser. One command is under way at a time."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Execute a command of the protocol; events that come meanwhile are passed over.

        Raises:
            PageFault: the browser refused it.
        """
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json(timeout=_SECONDS)
            if message.get("id") == number:
                break
        if "error" in message:
            raise PageFault(f"{method}: {message['error']['message']}")
        return message["result"]

    async def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, as JSON has it.

        Raises:
            PageFault: it threw.
        """
        found = await self.command("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise PageFault(f"{script}: {found['exceptionDetails'].get('exception', {}).get('description')}")
        return found["result"].get("value")

    async def remember(self, **items: str) -> None:
        """Let every page that is opened from now on find some items in its local storage."""
        script = "".join(
            f"localStorage.setItem({json.dumps(name)}, {json.dumps(said)});" for name, said in items.items()
        )
        await self.command("Page.addScriptToEvaluateOnNewDocument", source=f"try {{ {script} }} catch {{}}")

    async def open(self, address: str) -> None:
        """Go to an address, from an empty page: an interface that looks at the fragment alone is loaded anew."""
        await self.command("Page.navigate", url="about:blank")
        await self.command("Page.navigate", url=address)

    async def text(self) -> str:
        """What the page shows as text."""
        return await self.evaluate("document.body ? document.body.innerText : ''") or ""

    async def wait_for(self, *texts: str, seconds: float = _SECONDS) -> str:
        """Wait until the page shows some texts; returns all that it shows.

        Raises:
            PageFault: it does not, in so many seconds.
        """
        until = time.monotonic() + seconds
        while missing := [text for text in texts if text not in (shown := await self.text())]:
            if time.monotonic() > until:
                raise PageFault(f"the page does not show {missing}; it shows: {shown}")
            await asyncio.sleep(0.1)
        return shown

    async def click(self, text: str) -> None:
        """Click on the smallest element that shows just this text.

        Raises:
            PageFault: there is none.
        """
        await self.wait_for(text)
        script = f"""(() => {{
            const shows = node => (node.innerText || "").trim() === {json.dumps(text)};
            const found = [...document.querySelectorAll("body *")].filter(shows).pop();
            if (found) found.click();
            return Boolean(found);
        }})()"""
        if not await self.evaluate(script):
            raise PageFault(f"nothing on the page shows just {text!r}")

    async def screenshot(self) -> bytes:
        """What is in view, as PNG."""
        found = await self.command("Page.captureScreenshot", format="png", optimizeForSpeed=False)
        return base64.b64decode(found["data"])


@contextmanager
def run_chromium(program: str, profile: Path) -> Iterator[Browser]:
    """A browser with a fresh profile in a directory, until the block ends.

    Raises:
        PageFault: it does not start.
    """
    profile.mkdir(parents=True, exist_ok=True)
    options = [*_OPTIONS, f"--user-data-dir={profile}"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # as root it does not start with one
    with (profile / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *options, "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(os.environ) | {"HOME": str(profile), "XDG_CONFIG_HOME": str(profile), "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        try:
            yield Browser(_wait_for_port(process, profile))
        finally:
            stop_group(process)


def stop_group(process: "subprocess.Popen[bytes]") -> None:
    """End a process that began a session of its own, with all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(15)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(15)


def _wait_for_port(process: "subprocess.Popen[bytes]", profile: Path) -> int:
    """The port that the browser has chosen, which it writes into its profile."""
    told, until = profile / "DevToolsActivePort", time.monotonic() + _SECONDS
    while True:
        lines = told.read_text("utf-8").splitlines() if told.exists() else []
        if len(lines) > 1:
            return int(lines[0])
        if process.poll() is not None or time.monotonic() > until:
            said = (profile / "chromium.log").read_text("utf-8", errors="replace")
            raise PageFault(f"Chromium did not start: {said[-2000:]}")
        time.sleep(0.05)
