"""How close the whole pipeline comes to a bare client's rate, side by side in one run.

    python benchmarks/throughput.py [--rounds 3] [--calls 2000] [--sustained-calls 6000] [--in-flight 256]

Each contestant runs in a fresh process and makes the same number of calls with as many in flight; they take turns, and
the medians and ratios are printed: for a short run, in which the first call that goes alone and the chains' four steps
one after another weigh, and for a longer one, in which they weigh less. `make bench` writes them to
benchmarks/results.json. The pipeline is shown in MLflow, as it is by default; CONDOR_TRACKING=off leaves that out.
"""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"

#: calls, calls in flight, address of the endpoint -> (calls made, seconds)
Contestant = Callable[[int, int, str], Coroutine[Any, Any, tuple[int, float]]]


async def bare_client(calls: int, in_flight: int, base: str) -> tuple[int, float]:
    """aiohttp, one prepared body: what the wire and the machine allow."""
    import aiohttp

    from condor.programs import AnswerQuestion

    messages = AnswerQuestion().prompt()
    body = json.dumps({"model": "mock", "messages": messages, "temperature": 0.7, "max_tokens": 4096}).encode()
    left = iter(range(calls))
    connector = aiohttp.TCPConnector(limit=in_flight)
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def work() -> None:
            for _ in left:
                async with session.post(f"{base}/chat/completions", data=body) as reply:
                    json.loads(await reply.read())["choices"][0]["message"]["content"]

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        return calls, time.perf_counter() - started


async def dspy_litellm(calls: int, in_flight: int, base: str) -> tuple[int, float]:
    """`dspy.Predict` through LiteLLM with DSPy's defaults, one plain call an item."""
    from condor.runtime.environment import prepare_litellm

    prepare_litellm()
    import dspy

    from condor.signatures import WriteAnswer

    lm = dspy.LM("openai/mock", api_base=base, api_key="none", engine="litellm", cache=False, temperature=0.7)
    predict = dspy.Predict(WriteAnswer)
    left = iter(range(calls))

    async def work() -> None:
        for number in left:
            with dspy.context(lm=lm):
                await predict.acall(question=f"How is a starter fed? ({number})", language="English")

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    return calls, time.perf_counter() - started


async def condor(calls: int, in_flight: int, base: str) -> tuple[int, float]:
    """The whole pipeline: questions, answers, critiques, refinements, journal on disk, shown in MLflow."""
    from condor.experiments import Recipe, prepare_synthesis
    from condor.experiments.tracking.tracker import Tracker, tracking_is_on
    from condor.runtime import ModelSpec

    records = calls * 3 // 10  # a cell of three records takes ten calls
    recipe = Recipe(
        tree=("seed:en",),
        records=records,
        model=ModelSpec(name="openai/mock", api_base=base),
        concurrency=in_flight,
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        Tracker(f"sqlite:///{folder}/mlflow.db") if tracking_is_on() else nullcontext() as tracker,
        prepare_synthesis(recipe, Path(folder) / "run", tracker=tracker) as synthesis,
    ):
        started = time.perf_counter()
        outcome = await synthesis.run()
        seconds = time.perf_counter() - started
    assert outcome.tally.kept == records, outcome
    return outcome.tally.calls, seconds


CONTESTANTS: dict[str, Contestant] = {"bare": bare_client, "dspy_litellm": dspy_litellm, "condor": condor}


def run_one(name: str, calls: int, in_flight: int, base: str) -> dict[str, float]:
    """Run a contestant in this process: calls a second, and processor time a call beyond that of the imports."""
    contestant = CONTESTANTS[name]
    asyncio.run(contestant(in_flight, in_flight, base))  # imports, connections and caches are warm
    before = _cpu_s()
    made, seconds = asyncio.run(contestant(calls, in_flight, base))
    return {"calls_per_s": made / seconds, "cpu_ms_per_call": 1000 * (_cpu_s() - before) / made}


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def compare(rounds: int, calls: int, in_flight: int) -> dict[str, Any]:
    """Let the contestants take turns and return medians and ratios."""
    endpoint = subprocess.Popen([sys.executable, str(HERE / "mock_endpoint.py")], stdout=subprocess.PIPE, text=True)
    assert endpoint.stdout is not None
    base = f"http://127.0.0.1:{endpoint.stdout.readline().strip()}/v1"
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
    try:
        for number in range(rounds):
            for name in CONTESTANTS:
                command = [sys.executable, __file__, "--one", name, "--base", base]
                command += ["--calls", str(calls), "--in-flight", str(in_flight)]
                out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                measured[name].append(json.loads(out.splitlines()[-1]))
                print(f"round {number + 1}  {name:13}", *(f"{k} {v:8.2f}" for k, v in measured[name][-1].items()))
    finally:
        endpoint.kill()
        endpoint.wait()

    def median(name: str, figure: str) -> float:
        return statistics.median(row[figure] for row in measured[name])

    def ratio(name: str, other: str) -> float:
        pairs = zip(measured[name], measured[other], strict=True)
        return statistics.median(a["calls_per_s"] / b["calls_per_s"] for a, b in pairs)

    return {
        "ratio_to_bare_client": round(ratio("condor", "bare"), 3),
        "ratio_to_dspy_litellm": round(ratio("condor", "dspy_litellm"), 3),
        "cpu_ms_per_call": round(median("condor", "cpu_ms_per_call"), 3),
        "calls_per_s": {name: round(median(name, "calls_per_s"), 1) for name in CONTESTANTS},
        "calls": calls,
        "in_flight": in_flight,
        "rounds": rounds,
    }


def main() -> None:
    """Run one contestant (for the subprocesses) or all of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--sustained-calls", type=int, default=6000)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--base", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(run_one(options.one, options.calls, options.in_flight, options.base)))
        return
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["throughput"] = compare(options.rounds, options.calls, options.in_flight)
    results["throughput_sustained"] = compare(options.rounds, options.sustained_calls, options.in_flight)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps({name: results[name] for name in ("throughput", "throughput_sustained")}, indent=2))


if __name__ == "__main__":
    main()
