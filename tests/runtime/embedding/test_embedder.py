"""An embedder over HTTP through LiteLLM: what it asks, what it takes for a vector, and what it makes of faults."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from condor.errors import CallFault, CondorError, EmbeddingFault, Interrupted, ModelFault
from condor.runtime.embedding import EmbedderSpec, JournaledEmbedder, VectorStore, build_embedding_model
from condor.runtime.rehearsal.embeddings import embed
from condor.runtime.rehearsal.embeddings_api import EmbeddingsRequest
from condor.runtime.retry import RetryPolicy
from condor.runtime.stopping import StopSignal

from embedding_server import Script, ScriptedEndpoint
from runtime_support import AT_ONCE

# OpenAI's client, which LiteLLM calls, has its say on replies that are not as they should be.
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")

Serve = Callable[[Script], ScriptedEndpoint]
TEXTS = ["Green Tea", "Black Tea", "绿茶", "Oolong"]


@pytest.fixture(autouse=True)
def _without_keys(no_keys: None) -> None:
    """No key of this machine's is sent anywhere."""


def good(number: int, body: dict[str, Any], answer: dict[str, Any]) -> Any:
    return answer


def make(
    store: VectorStore,
    base: str | None,
    *,
    name: str = "openai/rehearsal",
    retry: RetryPolicy = AT_ONCE,
    stopping: StopSignal | None = None,
    concurrency: int = 4,
    **spec: Any,
) -> JournaledEmbedder:
    built = EmbedderSpec(name=name, api_base=base, **spec)
    model = build_embedding_model(built, concurrency=concurrency, retry=retry, stopping=stopping)
    return JournaledEmbedder(model, store)


def ask(embedder: JournaledEmbedder, texts: Sequence[str] = TEXTS) -> list[list[float]]:
    return [vector.tolist() for vector in asyncio.run(_ask(embedder, texts))]


async def _ask(embedder: JournaledEmbedder, texts: Sequence[str]) -> Any:
    return await embedder(texts)


def nearly(texts: Sequence[str], dimensions: int = 256) -> Any:
    return [pytest.approx(embed(text, dimensions), abs=1e-6) for text in texts]


def error(status: int, message: str, code: str | None = None, **headers: str) -> web.Response:
    body = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    return web.json_response(body, status=status, headers=headers)


# -- what is asked, and what comes back -------------------------------------------------------------------------------


def test_vectors_come_in_the_order_of_the_texts_and_each_is_paid_for_once(store: VectorStore, scripted: Serve) -> None:
    endpoint = scripted(good)
    embedder = make(store, endpoint.base)
    assert ask(embedder, [*TEXTS, TEXTS[0]]) == nearly([*TEXTS, TEXTS[0]])
    assert ask(embedder, ["Oolong", "Mate", "Green Tea"]) == nearly(["Oolong", "Mate", "Green Tea"])
    assert endpoint.texts == [*TEXTS, "Mate"]
    assert endpoint.bodies[0].keys() == {"model", "input"}


def test_a_stored_vector_is_to_the_bit_what_it_was_when_it_came(store: VectorStore, scripted: Serve) -> None:
    def odd(number: int, body: dict[str, Any], answer: dict[str, Any]) -> Any:
        for item in answer["data"]:
            item["embedding"] = [0.1, 1 / 3, 1e-30, -2]
        return answer

    endpoint = scripted(odd)
    first = ask(make(store, endpoint.base))
    assert ask(make(store, endpoint.base)) == first
    assert len(endpoint.bodies) == 1


def test_calls_are_batched_bounded_and_what_two_want_is_asked_for_once(store: VectorStore, scripted: Serve) -> None:
    in_flight, most = 0, 0

    def slow(number: int, body: dict[str, Any], answer: dict[str, Any]) -> Any:
        async def reply() -> Any:
            nonlocal in_flight, most
            in_flight += 1
            most = max(most, in_flight)
            await asyncio.sleep(0.05)
            in_flight -= 1
            return answer

        return reply()

    endpoint = scripted(slow)
    texts = [f"Tag {number}" for number in range(300)]
    embedder = make(store, endpoint.base, concurrency=3)

    async def together() -> Any:
        return await asyncio.gather(embedder(texts), embedder(texts[100:200]), embedder(["Tag 7", "Another"]))

    whole, part, two = asyncio.run(together())
    assert [vector.tolist() for vector in whole] == nearly(texts)
    assert list(part) == whole[100:200]
    assert two[0] == whole[7]
    assert sorted(endpoint.texts) == sorted([*texts, "Another"])
    assert max(len(body["input"]) for body in endpoint.bodies) == 32
    assert 1 < most <= 3


def test_no_texts_are_no_call(store: VectorStore, scripted: Serve) -> None:
    endpoint = scripted(good)
    assert ask(make(store, endpoint.base), []) == []
    assert endpoint.bodies == []


def test_dimensions_are_asked_for_and_others_are_refused(store: VectorStore, scripted: Serve) -> None:
    endpoint = scripted(good)
    assert ask(make(store, endpoint.base, dimensions=64)) == nearly(TEXTS, 64)
    assert endpoint.bodies[0]["dimensions"] == 64

    def deaf(number: int, body: dict[str, Any], answer: dict[str, Any]) -> Any:
        item = {"object": "embedding", "index": 0, "embedding": [1.0] * 99}
        return answer | {"data": [item]}

    with pytest.raises(EmbeddingFault, match="a vector of 99 numbers, not of 63"):
        ask(make(store, scripted(deaf).base, dimensions=63), ["Tea"])


def test_another_length_of_vectors_changes_every_key(store: VectorStore, scripted: Serve) -> None:
    endpoint = scripted(good)
    for dimensions in (None, 64, 32):
        ask(make(store, endpoint.base, dimensions=dimensions), ["Tea"])
    assert endpoint.texts == ["Tea"] * 3
    assert store.figures().texts == 3


def test_a_model_that_changes_the_length_of_its_vectors_is_a_fault(store: VectorStore, scripted: Serve) -> None:
    def shrinking(number: int, body: dict[str, Any], answer: dict[str, Any]) -> Any:
        answer["data"][0]["embedding"] = [1.0] * (10 - min(number, 1))
        return answer

    embedder = make(store, scripted(shrinking).base)
    ask(embedder, ["one"])
    with pytest.raises(EmbeddingFault, match="a vector of 9 numbers, not of 10"):
        ask(embedder, ["two"])
    assert store.figures().texts == 1


def test_base64_and_a_mixed_order_are_read_right(store: VectorStore, scripted: Serve) -> None:
    def encoded(number: int, body: dict[str, Any], answer: dict[str, Any]) -> Any:
        packed = EmbeddingsRequest.read(body | {"encoding_format": "base64"}).answer("rehearsal")
        return packed | {"data": packed["data"][::-1]}

    assert ask(make(store, scripted(encoded).base)) == nearly(TEXTS)


# -- faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data[:-1], "3 vectors for 4 texts"),
        (lambda data: [*data, data[0]], "5 vectors for 4 texts"),
        (lambda data: [data[0], *data[:-1]], "which vector belongs to which text"),
        (lambda data: [item | {"index": item["index"] + 1} for item in data], "which vector belongs"),
        (lambda data: [data[0] | {"embedding": [1.0]}, *data[1:]], "vectors of 1 and of 256 numbers"),
        (lambda data: [data[0] | {"embedding": []}, *data[1:]], "empty vector"),
        (lambda data: [data[0] | {"embedding": [0.0] * 256}, *data[1:]], "nothing but zeros"),
        (lambda data: [data[0] | {"embedding": [float("nan")] * 256}, *data[1:]], "not finite"),
        (lambda data: [data[0] | {"embedding": [1e39] * 256}, *data[1:]], "not finite"),
        (lambda data: [data[0] | {"embedding": ["0.5"] * 256}, *data[1:]], "no list of numbers"),
        (lambda data: [data[0] | {"embedding": None}, *data[1:]], "no list of numbers"),
        (lambda data: [data[0] | {"embedding": "not base64!"}, *data[1:]], "no vector in base64"),
    ],
)
def test_what_are_no_vectors_of_the_texts_is_asked_for_once_more_and_then_told(
    store: VectorStore, scripted: Serve, spoil: Any, said: str
) -> None:
    endpoint = scripted(lambda number, body, answer: answer | {"data": spoil(answer["data"])})
    with pytest.raises(EmbeddingFault, match=said) as caught:
        ask(make(store, endpoint.base))
    assert str(caught.value).startswith("openai/rehearsal: ")
    assert len(endpoint.bodies) == 2
    figures = store.figures()
    assert (figures.texts, figures.calls) == (0, 2)
    assert figures.input_tokens > 0


def test_one_spoilt_reply_costs_one_call_more(store: VectorStore, scripted: Serve) -> None:
    endpoint = scripted(lambda number, body, answer: answer | ({} if number else {"data": []}))
    assert ask(make(store, endpoint.base)) == nearly(TEXTS)
    assert len(endpoint.bodies) == 2


@pytest.mark.parametrize("status", [500, 503, 429])
def test_what_may_pass_is_tried_again_as_often_as_the_policy_says(
    store: VectorStore, scripted: Serve, status: int
) -> None:
    endpoint = scripted(lambda number, body, answer: answer if number == 1 else error(status, "busy"))
    assert ask(make(store, endpoint.base)) == nearly(TEXTS)
    assert len(endpoint.bodies) == 2  # so LiteLLM's client makes no attempts of its own
    broken = scripted(lambda number, body, answer: error(status, "busy"))
    with pytest.raises(ModelFault, match="busy"):
        ask(make(store, broken.base), ["more"])
    assert len(broken.bodies) == AT_ONCE.first_attempts


def test_retry_after_is_heeded(store: VectorStore, scripted: Serve) -> None:
    arrived: list[float] = []

    def limited(number: int, body: dict[str, Any], answer: dict[str, Any]) -> Any:
        arrived.append(time.monotonic())
        return answer if number else error(429, "slow down", **{"Retry-After": "1"})

    assert ask(make(store, scripted(limited).base)) == nearly(TEXTS)
    assert len(arrived) == 2
    assert arrived[1] - arrived[0] >= 1


def test_after_a_first_answer_trouble_is_no_reason_to_give_the_model_up(store: VectorStore, scripted: Serve) -> None:
    endpoint = scripted(lambda number, body, answer: error(500, "broken") if number else answer)
    embedder = make(store, endpoint.base)
    ask(embedder, ["one"])
    with pytest.raises(CallFault, match="broken"):
        ask(embedder, ["two"])
    assert len(endpoint.bodies) == 1 + AT_ONCE.attempts
    assert store.figures().calls == len(endpoint.bodies)


def test_a_call_has_a_deadline_on_the_wall_clock(store: VectorStore, scripted: Serve) -> None:
    async def never() -> Any:
        await asyncio.sleep(30)

    endpoint = scripted(lambda number, body, answer: never())
    began = time.monotonic()
    with pytest.raises(ModelFault):
        ask(make(store, endpoint.base, timeout_s=0.3))
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: error(401, "no such key", "invalid_api_key"), "the endpoint refused the key: .*no such key"),
        (lambda: error(404, "no such model", "model_not_found"), "the endpoint knows no such model: .*no such model"),
    ],
)
def test_a_refused_key_and_an_unknown_model_cost_one_call(
    store: VectorStore, scripted: Serve, answer: Any, said: str
) -> None:
    endpoint = scripted(lambda *_: answer())
    with pytest.raises(ModelFault, match=said) as caught:
        ask(make(store, endpoint.base))
    assert "\n" not in str(caught.value)
    assert endpoint.base in str(caught.value)
    assert len(endpoint.bodies) == 1


def test_a_batch_that_is_too_long_is_told_with_its_size(store: VectorStore, scripted: Serve) -> None:
    endpoint = scripted(lambda *_: error(400, "batch size 4 > maximum allowed batch size 2"))
    with pytest.raises(EmbeddingFault, match=r"allowed batch size 2.*asked for 4 texts at once, of 9 characters"):
        ask(make(store, endpoint.base))
    assert len(endpoint.bodies) == 1


@pytest.mark.parametrize("body", ["<html><body>Sign in</body></html>", "[]", "null", '{"data": null}', '"text"'])
def test_a_body_that_is_no_answer_is_a_fault_in_one_line(store: VectorStore, scripted: Serve, body: str) -> None:
    kind = "text/html" if body.startswith("<") else "application/json"
    endpoint = scripted(lambda *_: web.Response(text=body, content_type=kind))
    with pytest.raises(CondorError) as caught:
        ask(make(store, endpoint.base))
    assert isinstance(caught.value, EmbeddingFault | ModelFault)
    assert store.figures().texts == 0


def test_an_address_where_nobody_is(store: VectorStore) -> None:
    with pytest.raises(ModelFault, match=r"http://127\.0\.0\.1:9/v1: cannot be reached"):
        ask(make(store, "http://127.0.0.1:9/v1"))


def test_a_stop_ends_the_waiting(store: VectorStore, scripted: Serve) -> None:
    stopping = StopSignal()
    endpoint = scripted(
        lambda number, body, answer: error(429, "later", **{"Retry-After": "600"}) if number else answer
    )
    embedder = make(store, endpoint.base, stopping=stopping)

    async def stopped() -> None:
        await embedder(["one"])
        endpoint.arrived.clear()
        task = asyncio.create_task(_ask(embedder, TEXTS))
        await asyncio.to_thread(endpoint.arrived.wait, 20)
        stopping.set()
        async with asyncio.timeout(20):
            await task

    with pytest.raises(Interrupted, match="the same command goes on"):
        asyncio.run(stopped())
    with pytest.raises(Interrupted):
        ask(embedder, ["three"])
    assert len(endpoint.bodies) == 2


def test_a_cancelled_caller_leaves_nothing_behind(store: VectorStore, scripted: Serve) -> None:
    async def slow(answer: Any) -> Any:
        await asyncio.sleep(0.5)
        return answer

    endpoint = scripted(lambda number, body, answer: answer if number else slow(answer))
    embedder = make(store, endpoint.base)

    async def cancelled() -> None:
        task = asyncio.create_task(_ask(embedder, TEXTS))
        await asyncio.to_thread(endpoint.arrived.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(20):
            await embedder(TEXTS)

    asyncio.run(cancelled())
    assert store.figures().texts == len(TEXTS)


# -- keys and prices -------------------------------------------------------------------------------------------------


def test_the_key_comes_from_the_environment_and_stands_in_no_error_and_no_file(
    store: VectorStore, scripted: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "canary-4711-canary"
    monkeypatch.setenv("MY_EMBEDDER_AUTH", canary)
    endpoint = scripted(
        lambda number, body, answer: answer if not number else error(400, f"bad header Bearer {canary}", canary)
    )
    embedder = make(store, endpoint.base, api_key_env="MY_EMBEDDER_AUTH")
    ask(embedder, ["one"])
    with pytest.raises(EmbeddingFault, match=r"Bearer \[key\]") as caught:
        ask(embedder, ["two"])
    assert canary not in str(caught.value)
    assert endpoint.keys == [f"Bearer {canary}"] * 2
    assert "4711" not in repr(embedder._model)
    for path in tmp_path.iterdir():
        assert canary.encode() not in path.read_bytes()


def test_a_missing_key_and_an_unknown_model_are_told_without_a_call() -> None:
    for spec, said in (
        (EmbedderSpec(name="openai/text-embedding-3-small"), "set OPENAI_API_KEY"),
        (EmbedderSpec(name="openai/x", api_key_env="MY_KEY"), "set MY_KEY"),
        (EmbedderSpec(name="nonsense"), "unknown model"),
        (EmbedderSpec(name="openai/"), "unknown model"),
    ):
        with pytest.raises(ModelFault, match=said):
            build_embedding_model(spec)


def test_tokens_and_cost_are_counted_over_all_sessions(
    store: VectorStore, scripted: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condor.runtime.litellm_models.on_this_machine", lambda address: False)
    endpoint = scripted(lambda number, body, answer: answer | {"usage": {"prompt_tokens": 1_000_000}})
    for text in ("one", "two"):
        ask(make(store, endpoint.base, name="openai/text-embedding-3-small"), [text])
    figures = store.figures()
    assert (figures.texts, figures.calls, figures.input_tokens) == (2, 2, 2_000_000)
    assert figures.cost_usd == pytest.approx(0.04)


def test_a_reply_that_says_nothing_of_tokens_has_an_unknown_cost(
    store: VectorStore, scripted: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condor.runtime.litellm_models.on_this_machine", lambda address: False)
    endpoint = scripted(lambda number, body, answer: answer | {"usage": None})
    ask(make(store, endpoint.base, name="openai/text-embedding-3-small"), ["one"])
    assert store.figures().cost_usd is None


# -- the stand-in ----------------------------------------------------------------------------------------------------


def test_the_rehearsal_embedder_needs_no_key_and_no_network(store: VectorStore) -> None:
    embedder = make(store, None, name="rehearsal")
    assert ask(embedder) == nearly(TEXTS)
    figures = store.figures()
    assert (figures.texts, figures.cost_usd) == (4, 0.0)
    assert figures.input_tokens > 0
