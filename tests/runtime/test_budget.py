"""The budget: never passed, whatever calls turn out to cost and however many are in flight."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dspy.lm15 import Message, Request, ServerError, TransportError, Usage
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.errors import BudgetReached, OutputFault, UsageFault
from condor.runtime.budget import Budget
from condor.runtime.journal import Journal
from condor.runtime.ledger import open_ledger
from condor.runtime.models import ModelSpec, TokenPrice, build_model, set_budget
from condor.runtime.rehearsal.settings import RehearsalSettings

from runtime_support import reply, scripted_model
from support import Cli, Endpoint

REQUEST = Request(model="scripted", messages=(Message.user("hello"),))
PRICE = TokenPrice(input_usd=1.0, output_usd=10.0)


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(limit=st.floats(0.0, 0.02), seed=st.integers(0, 1000), calls=st.integers(1, 60))
def test_it_is_never_passed_and_used_as_far_as_it_goes(limit: float, seed: int, calls: int) -> None:
    rng = random.Random(seed)
    budget = Budget(limit, PRICE.of, max_tokens=100)
    refused = 0

    async def call() -> None:
        nonlocal refused
        try:
            reserved = await budget.reserve(REQUEST)
        except BudgetReached:
            refused += 1
            return
        assert budget.spent_usd + budget._set_aside <= limit + 1e-12
        await asyncio.sleep(0)
        budget.settle(reserved, PRICE.of(Usage(input_tokens=rng.randint(1, 5), output_tokens=rng.randint(0, 100))))
        assert budget.spent_usd <= limit

    async def work() -> None:
        await asyncio.gather(*(call() for _ in range(calls)))

    asyncio.run(work())
    assert budget.spent_usd <= limit
    assert budget._set_aside == 0
    worst = budget._worst_case(REQUEST)
    assert (refused > 0) == budget.reached
    assert not refused or budget.spent_usd + worst > limit


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 1000), calls=st.integers(1, 60))
def test_what_is_on_disk_covers_every_call_that_was_sent_at_any_moment(seed: int, calls: int) -> None:
    rng = random.Random(seed)
    stored: list[float] = [0.0]

    async def store(bound_usd: float) -> None:
        await asyncio.sleep(0)
        stored.append(bound_usd)

    budget = Budget(0.05, PRICE.of, max_tokens=100, store_bound=store)

    async def call() -> None:
        await asyncio.sleep(0)
        try:
            reserved = await budget.reserve(REQUEST)
        except BudgetReached:
            return
        assert stored[-1] >= budget.spent_usd + reserved  # here the call goes out, and here the process may die
        await asyncio.sleep(0)
        budget.settle(reserved, reserved * rng.random())

    async def work() -> None:
        await asyncio.gather(*(call() for _ in range(calls)))

    asyncio.run(work())
    assert max(stored) <= 0.05
    assert len(stored) <= 1 + 0.05 / (0.05 * 0.01)


def test_a_bound_that_cannot_be_written_stops_the_call_and_gives_back_what_was_set_aside() -> None:
    async def store(bound_usd: float) -> None:
        raise OutputFault(f"disk full at {bound_usd}")

    budget = Budget(1.0, PRICE.of, max_tokens=100, store_bound=store)
    with pytest.raises(OutputFault):
        asyncio.run(budget.reserve(REQUEST))
    assert (budget.spent_usd, budget._set_aside, budget._open) == (0.0, 0.0, 0)


def test_crumbs_of_rounding_are_no_call_in_flight() -> None:
    """0.1 + 0.2 + 0.3 - 0.3 - 0.1 - 0.2 is not 0: a call that waited for that to come back would wait for ever."""
    budget = Budget(1.0, PRICE.of, max_tokens=100)

    async def work() -> None:
        for number in range(100):
            requests = [
                Request(model="m", system="s" * (1 + number + 7 * n), messages=REQUEST.messages) for n in range(5)
            ]
            reserved = [await budget.reserve(request) for request in requests]
            for amount in (*reserved[3:], *reserved[:3]):
                budget.settle(amount, 0.0)
            assert budget._set_aside == 0
        budget.settle(await budget.reserve(REQUEST), 0.9999)
        with pytest.raises(BudgetReached):
            await asyncio.wait_for(budget.reserve(REQUEST), 5)

    asyncio.run(work())


def test_the_worst_case_covers_any_tokenizer() -> None:
    budget = Budget(1, PRICE.of, max_tokens=50)
    text = "面包🍞" * 30
    request = Request(model="m", system=text, messages=(Message.user(text),))
    assert budget._worst_case(request) >= PRICE.of(Usage(input_tokens=2 * len(text.encode()), output_tokens=50))


def test_a_refused_call_costs_nothing_and_a_broken_one_its_worst_case() -> None:
    outcomes = [reply("yes"), ServerError("busy", status=500), ServerError("busy", status=500)]
    outcomes += [TransportError("reset")] * 3
    model, _ = scripted_model(lambda n, _: outcomes[n])
    model.engine.budget = budget = Budget(1.0, PRICE.of, max_tokens=100)

    async def work() -> list[float]:
        spent = []
        await model.engine.complete(REQUEST)
        spent.append(budget.spent_usd)
        with pytest.raises(TransportError):
            await model.engine.complete(REQUEST)
        spent.append(budget.spent_usd)
        return spent

    first, then = asyncio.run(work())
    assert first == pytest.approx(PRICE.of(reply("yes").usage))
    assert then == pytest.approx(first + budget._worst_case(REQUEST))


def test_what_is_not_known_to_be_free_is_in_the_ledger_as_it_is_in_the_budget() -> None:
    """A later session reads what was spent from the journal, which reads it from the ledger."""
    silent = replace(reply("yes"), usage=Usage())
    outcomes = [reply("yes"), TransportError("reset"), ServerError("busy", status=500), silent]
    model, _ = scripted_model(lambda n, _: outcomes[n])
    model.engine.budget = budget = Budget(1.0, PRICE.of, max_tokens=100)

    async def work() -> None:
        await model.engine.complete(REQUEST)
        await model.engine.complete(REQUEST)

    with open_ledger() as ledger:
        asyncio.run(work())
    worst = budget._worst_case(REQUEST)
    assert budget.spent_usd == pytest.approx(PRICE.of(reply("yes").usage) + 2 * worst)
    assert ledger.cost_usd == pytest.approx(budget.spent_usd)


def test_a_budget_that_cannot_be_kept_is_refused() -> None:
    unknown = build_model(ModelSpec(name="openai/mine", api_base="http://127.0.0.1:9/v1"), concurrency=1)
    with pytest.raises(UsageFault, match="needs the model's price"):
        set_budget(unknown, 5, spent_usd=0.0)
    endless = build_model(ModelSpec(name="rehearsal", max_tokens=None), concurrency=1)
    with pytest.raises(UsageFault, match="needs max_tokens"):
        set_budget(endless, 5, spent_usd=0.0)
    with pytest.raises(UsageFault, match="needs the model's price"):
        set_budget(build_model(ModelSpec(name="rehearsal"), concurrency=1), 5, spent_usd=None)


def test_a_killed_session_counts_what_it_may_have_spent(
    cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    """Calls that were in flight may have been billed, and no journal knows of them."""
    slow = serve(RehearsalSettings(latency=0.05))
    price = {"input_usd": 1.0, "output_usd": 2.0}
    model = f"{{name: openai/rehearsal, api_base: '{slow.base}', max_tokens: 2000, price: {price}}}"
    recipe = cli.recipe(f"tree: seed:en\nrecords: 60\nmodel: {model}\n")
    command = ("synth", recipe, "--run", "run", "--budget", "0.2")
    for calls in (20, 40):
        process = cli.start(*command)
        until = time.monotonic() + 60
        while slow.count.calls < calls:
            assert time.monotonic() < until
            time.sleep(0.01)
        process.kill()
        process.communicate()
    with Journal.open_read_only(cli.directory / "run" / "journal.db") as journal:
        known, at_most = journal.totals().cost_usd, float(journal.meta()["spent_at_most_usd"])
    assert known is not None
    worst_in_flight = 8 * (2000 * 2.0) / 1e6
    assert known < at_most <= known + worst_in_flight + 16 * 0.01
    assert cli.run(*command).returncode in (0, 3)
    paid = (slow.count.input_tokens * 1.0 + slow.count.output_tokens * 2.0) / 1e6
    assert paid <= 0.2


def test_a_run_stops_at_its_budget_and_goes_on_with_a_higher_one(cli: Cli, endpoint: Endpoint, tmp_path: Path) -> None:
    price = {"input_usd": 1.0, "output_usd": 2.0}
    model = f"{{name: openai/rehearsal, api_base: '{endpoint.base}', max_tokens: 2000, price: {price}}}"
    recipe = cli.recipe(f"tree: seed:en\nrecords: 60\nmodel: {model}\n")
    first = cli.run("synth", recipe, "--run", "run", "--budget", "0.06")
    assert first.returncode == 3, first.stderr
    assert "the budget of $0.06 leaves no room" in first.stdout
    paid = (endpoint.count.input_tokens * 1.0 + endpoint.count.output_tokens * 2.0) / 1e6
    assert 0.04 < paid <= 0.06
    second = cli.run("synth", recipe, "--run", "run", "--budget", "5")
    assert second.returncode == 0, second.stderr
    assert endpoint.count.summary()["repeated"] == 0
    unpriced = cli.recipe(
        f"tree: seed:en\nrecords: 6\nmodel: {{name: openai/rehearsal, api_base: '{endpoint.base}'}}\n"
    )
    refused = cli.run("synth", unpriced, "--run", "other", "--budget", "5")
    assert refused.returncode == 2
    assert "needs the model's price" in refused.stderr
    assert not (tmp_path / "other").exists()
