"""The served stand-in speaks OpenAI's chat completions, and counts."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.settings import RehearsalSettings

from support import Endpoint

MESSAGES = [{"role": "user", "content": "How do I keep a sourdough starter alive?"}]


def post(endpoint: Endpoint, body: Any) -> tuple[int, dict[str, Any]]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{endpoint.base}/chat/completions", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def test_a_completion_has_a_reply_a_finish_reason_and_usage_that_adds_up(endpoint: Endpoint) -> None:
    status, body = post(endpoint, {"model": "rehearsal", "messages": MESSAGES, "temperature": 0.3})
    assert status == 200
    choice = body["choices"][0]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"] == compose([("user", MESSAGES[0]["content"])], RehearsalSettings()).text
    usage = body["usage"]
    assert usage["prompt_tokens"] == 10
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_content_may_come_in_parts(endpoint: Endpoint) -> None:
    parts = [{"role": "user", "content": [{"type": "text", "text": MESSAGES[0]["content"]}]}]
    _, whole = post(endpoint, {"model": "rehearsal", "messages": MESSAGES})
    _, in_parts = post(endpoint, {"model": "rehearsal", "messages": parts})
    assert in_parts["choices"] == whole["choices"]


def test_an_unknown_model_is_404(endpoint: Endpoint) -> None:
    status, body = post(endpoint, {"model": "gpt-9", "messages": MESSAGES})
    assert status == 404
    assert body["error"]["code"] == "model_not_found"
    assert endpoint.count.calls == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ([], "JSON object"),
        ({"model": "rehearsal"}, "'messages'"),
        ({"model": "rehearsal", "messages": []}, "'messages'"),
        ({"model": "rehearsal", "messages": ["hi"]}, "role"),
        ({"model": "rehearsal", "messages": [{"role": "wizard", "content": "hi"}]}, "role"),
        ({"model": "rehearsal", "messages": [{"role": "user", "content": 3}]}, "content"),
        (
            {"model": "rehearsal", "messages": [{"role": "user", "content": [{"text": None}]}]},
            "content",
        ),
        ({"model": "rehearsal", "messages": [{"role": "user", "content": ["hi"]}]}, "content"),
        ({"model": "rehearsal", "messages": MESSAGES, "stream": True}, "streaming"),
        ({"model": "rehearsal", "messages": MESSAGES, "n": 2}, "'n'"),
    ],
)
def test_a_bad_body_is_400_and_says_why(endpoint: Endpoint, body: Any, said: str) -> None:
    status, answer = post(endpoint, body)
    assert status == 400
    assert said in answer["error"]["message"]
    assert endpoint.count.calls == 0


def test_models_are_listed_and_repeated_requests_counted(endpoint: Endpoint) -> None:
    root = endpoint.base.removesuffix("/v1")
    assert [model["id"] for model in get(f"{endpoint.base}/models")["data"]] == ["rehearsal"]
    other = [{"role": "user", "content": "And what about rye?"}]
    for messages in (MESSAGES, MESSAGES, other):
        post(endpoint, {"model": "rehearsal", "messages": messages})
    stats = get(f"{root}/stats")
    assert (stats["calls"], stats["distinct"], stats["repeated"]) == (3, 2, 1)


def test_fault_knobs_reach_the_wire(serve: Callable[[RehearsalSettings], Endpoint]) -> None:
    reasons = {
        post(serve(settings), {"model": "rehearsal", "messages": MESSAGES})[1]["choices"][0]["finish_reason"]
        for settings in (RehearsalSettings(truncated=1), RehearsalSettings(refused=1), RehearsalSettings())
    }
    assert reasons == {"length", "content_filter", "stop"}
