"""`condor serve-rehearsal`: the embedded model behind an OpenAI-compatible address."""

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import OutputFault, UsageFault

if TYPE_CHECKING:
    from ..runtime.rehearsal.server import RehearsalServer


def serve_rehearsal(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free port.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    model: Annotated[
        str, typer.Option("--model", metavar="SPEC", help="rehearsal, with knobs: rehearsal?quality=0.8&latency=0.2.")
    ] = "rehearsal",
) -> None:
    """Serve the embedded model until Ctrl-C: chat completions, embeddings, models, and /stats with its own count.

    Use it with --model openai/rehearsal --api-base http://HOST:PORT/v1.
    """
    import asyncio

    from ..runtime.rehearsal.server import RehearsalServer
    from ..runtime.rehearsal.settings import RehearsalSettings, is_rehearsal

    if not is_rehearsal(model):
        raise UsageFault(f"--model {model}: only rehearsal can be served, as rehearsal or rehearsal?knob=value")
    try:
        settings = RehearsalSettings.parse(model)
    except ValueError as exc:
        raise UsageFault(f"--model {exc}") from exc
    asyncio.run(_serve(RehearsalServer(settings), host, port))


async def _serve(server: "RehearsalServer", host: str, port: int) -> None:
    import asyncio
    import signal

    from aiohttp import web

    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as exc:
            raise OutputFault(f"{host}:{port}: cannot listen: {exc.strerror or exc}; choose another --port") from exc
        bound = runner.addresses[0][1]
        typer.echo(f"serving rehearsal at http://{host}:{bound}/v1 (Ctrl-C stops)")
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await stopped.wait()
    finally:
        await runner.cleanup()
