"""Reading results: what each line means, and that no line is more than a complaint."""

import io
import json
from contextlib import suppress
from typing import Any

import pytest
from dspy.lm15 import (
    AuthError,
    ContextLengthError,
    InvalidRequestError,
    LM15Error,
    RateLimitError,
    Request,
    Response,
    ServerError,
    UnsupportedModelError,
)
from dspy.lm15 import Message as Turn
from hypothesis import given
from hypothesis import strategies as st

from condor.runtime.batch.lines import custom_id, request_line, step_key
from condor.runtime.batch.results import BadLine, read_result, split_lines
from condor.runtime.openai_engine import request_body

USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


def completion(content: Any = "Hi.", **changes: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return {"model": "m", "choices": [choice], "usage": USAGE} | changes


def line(response: Any = None, error: Any = None, **changes: Any) -> bytes:
    return json.dumps({"id": "r", "custom_id": "k", "response": response, "error": error} | changes).encode()


def answered(body: Any, status: Any = 200) -> bytes:
    return line({"status_code": status, "request_id": "q", "body": body})


def test_a_reply_is_read_as_a_live_one_with_its_usage() -> None:
    result = read_result(answered(completion("a\u2028b\ud800")), "openai/m")
    assert result.custom_id == "k"
    assert isinstance(result.outcome, Response)
    assert result.outcome.text == "a\u2028b\ud800"
    assert (result.outcome.usage.input_tokens, result.outcome.usage.output_tokens) == (7, 3)


@pytest.mark.parametrize("usage", [{"prompt_tokens": "many"}, {"prompt_tokens": -1}, None])
def test_a_wrong_count_of_tokens_loses_no_reply(usage: Any) -> None:
    outcome = read_result(answered(completion(usage=usage)), "openai/m").outcome
    assert isinstance(outcome, Response)
    assert outcome.usage.input_tokens is None


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (answered({"error": {"message": "slow"}}, 429), RateLimitError),
        (answered({"error": {"message": "oops"}}, 500), ServerError),
        (answered(None, 503), ServerError),
        (answered("<html>", 502), ServerError),
        (answered({"error": {"message": "bad"}}, 400), InvalidRequestError),
        (answered({"error": {"message": "long", "code": "context_length_exceeded"}}, 400), ContextLengthError),
        (answered({"error": {"message": "who"}}, 401), AuthError),
        (answered({"error": {"message": "what"}}, 404), UnsupportedModelError),
        (line({"status_code": 400, "body": None}, {"message": "said beside it"}), InvalidRequestError),
        (line(None, {"code": "batch_expired", "message": "too late"}), ServerError),
        (line(None, {"code": "invalid_request_error", "message": "bad"}), InvalidRequestError),
        (line(None, "no idea"), ServerError),
        (line({"status_code": 200, "body": completion()}, {"code": "oops"}), ServerError),
        (answered(None), ServerError),
        (answered([]), ServerError),
        (answered({"choices": []}), ServerError),
    ],
)
def test_what_is_no_reply_is_the_error_that_a_live_call_would_have_met(data: bytes, kind: type[Exception]) -> None:
    outcome = read_result(data, "openai/m").outcome
    assert type(outcome) is kind


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{not json", "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8 (byte 0xff at offset 0)"),
        (b'{"custom_id": "a\x00b"}', "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 10_000, "not JSON"),
        (b"[]", "found list"),
        (b"null", "found NoneType"),
        (b"{}", "no custom_id"),
        (line(custom_id=7), "no custom_id"),
        (b'{"custom_id": "k"}', "no response and no error"),
        (b'{"custom_id": "k", "method": "POST", "url": "/", "body": {}}', "a request, and no batch result"),
        (line(), "neither a response nor an error"),
        (line("done"), "its response is str"),
        (line({}), "status_code is null"),
        (answered(completion(), "200"), 'status_code is "200"'),
        (answered(completion(), True), "status_code is true"),
        (answered(completion(), 200.5), "status_code is 200.5"),
    ],
)
def test_what_is_no_result_is_told(data: bytes, said: str) -> None:
    with pytest.raises(BadLine) as caught:
        read_result(data, "openai/m")
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300


WORDS = ["custom_id", "response", "error", "status_code", "body", "choices", "message", "content", "usage", "code"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.sampled_from([200, 400]) | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(WORDS), inner),
    max_leaves=20,
)


@given(ANYTHING)
def test_any_json_is_a_result_or_a_complaint_and_never_another_error(value: Any) -> None:
    for data in (
        value,
        {"custom_id": "k", "response": value},
        {"custom_id": "k", "response": {"status_code": 200, "body": value}},
        {"custom_id": "k", "response": None, "error": value},
    ):
        with suppress(BadLine):
            assert isinstance(read_result(json.dumps(data).encode(), "openai/m").outcome, Response | LM15Error)


def test_lines_end_at_line_feeds_only_and_a_giant_one_is_passed_over() -> None:
    data = "a\u2028b\x0bc\u0085d\r\n\n".encode() + b"x" * 5000 + b"\nlast"
    assert list(split_lines(io.BytesIO(data), most=100)) == [
        (1, "a\u2028b\x0bc\u0085d\r\n".encode()),
        (2, b"\n"),
        (3, None),
        (4, b"last"),
    ]
    assert list(split_lines(io.BytesIO(b"x" * 101), most=100)) == [(1, None)]
    assert list(split_lines(io.BytesIO(b"x" * 100 + b"\n"), most=100)) == [(1, b"x" * 100 + b"\n")]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_request_line_is_one_line_for_every_reader_and_says_what_the_engine_would_send(text: str) -> None:
    request = Request(model="openai/m", system="Be kind.", messages=(Turn.user(text + "\u2028\u2029\u0085"),))
    data = request_line("key.2", request, "m")
    assert data.decode().splitlines() == [data.decode().removesuffix("\n")]
    assert json.loads(data) == {
        "custom_id": "key.2",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": json.loads(request_body(request, "m")),
    }


def test_the_id_of_a_steps_first_request_is_the_journal_key() -> None:
    assert [custom_id("abc", turn) for turn in (1, 2, 3)] == ["abc", "abc.2", "abc.3"]
    assert {step_key(custom_id("abc", turn)) for turn in (1, 2, 3)} == {"abc"}
