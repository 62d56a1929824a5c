"""An OpenAI-compatible endpoint that answers every stage of the pipeline after a set time, as cheaply as it can.

    python benchmarks/mock_endpoint.py --latency 0.2      # prints its port, serves until it is killed

Replies are made beforehand and chosen by the output field that the request names, so that a benchmark measures its
client and not its server.
"""

import argparse
import asyncio
import json

from aiohttp import web

_LONG = "A starter is fed once a day with equal weights of flour and water, and kept at room temperature. " * 6
_REPLIES = {
    b"[[ ## questions ## ]]": '[[ ## questions ## ]]\n{"easy": "How is a starter fed?", "medium": "Why does my starter'
    ' smell of acetone after two days?", "hard": "Plan a feeding schedule for a bakery that is closed on Sundays."}'
    "\n\n[[ ## completed ## ]]",
    b"[[ ## suggestions ## ]]`": f"[[ ## strengths ## ]]\n{_LONG}\n\n[[ ## weaknesses ## ]]\n{_LONG}\n\n"
    f"[[ ## suggestions ## ]]\n{_LONG}\n\n[[ ## completed ## ]]",
    b"[[ ## answer ## ]]": f"[[ ## answer ## ]]\n{_LONG}\n\n[[ ## completed ## ]]",
}


def _body(text: str) -> bytes:
    return json.dumps(
        {
            "id": "chatcmpl-mock",
            "object": "chat.completion",
            "created": 0,
            "model": "mock",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 700, "completion_tokens": 150, "total_tokens": 850},
        }
    ).encode()


async def serve(latency_s: float) -> None:
    """Serve on a free port of 127.0.0.1 and print it."""
    bodies = [(marker, _body(text)) for marker, text in _REPLIES.items()]

    async def complete(request: web.Request) -> web.Response:
        asked = await request.read()
        await asyncio.sleep(latency_s)
        reply = next((body for marker, body in bodies if marker in asked), bodies[-1][1])
        return web.Response(body=reply, content_type="application/json")

    app = web.Application(client_max_size=2**26)
    app.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds")
    asyncio.run(serve(parser.parse_args().latency))
