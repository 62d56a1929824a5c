"""The stand-in's vectors: the same everywhere, of length 1, near where texts are near; and how they are served."""

import base64
import hashlib
import json
import math
import struct
import urllib.error
import urllib.request
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.runtime.rehearsal.embeddings import embed

from support import Endpoint


def cosine(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(embed(one), embed(other), strict=True))


def post(endpoint: Endpoint, body: Any) -> tuple[int, dict[str, Any]]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{endpoint.base}/embeddings", data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_vectors_are_pinned() -> None:
    packed = b"".join(struct.pack("<256f", *embed(text)) for text in ("Green Tea", "绿茶", "", "Ａ a"))
    assert hashlib.sha256(packed).hexdigest() == "168ef50fb833623dbcf0851ff3e24cf8c39c94b70cdf30c986dc40f483e2456d"


@given(st.text(), st.integers(1, 300))
def test_every_text_has_a_vector_of_length_1(text: str, dimensions: int) -> None:
    vector = embed(text, dimensions)
    assert len(vector) == dimensions
    assert math.sqrt(sum(value * value for value in vector)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("Green Tea", "Green Teas", "Steam Engines"),
        ("History of Green Tea", "Green Tea History", "History of Rome"),
        ("绿茶文化", "绿茶的文化", "蒸汽机"),
    ],
)
def test_texts_that_share_words_and_letters_lie_closer_together(text: str, near: str, far: str) -> None:
    assert cosine(text, near) > cosine(text, far) + 0.05
    assert cosine(text, text) == pytest.approx(1)


def test_case_and_width_make_no_difference() -> None:
    assert embed("GREEN  tea") == embed("green tea") == embed("ｇｒｅｅｎ tea")


def test_texts_are_embedded_in_order_and_counted(endpoint: Endpoint) -> None:
    status, body = post(endpoint, {"model": "rehearsal", "input": ["Green Tea", "绿茶", "Green Tea"]})
    assert status == 200
    assert [item["index"] for item in body["data"]] == [0, 1, 2]
    assert [item["embedding"] for item in body["data"]] == [embed("Green Tea"), embed("绿茶"), embed("Green Tea")]
    assert body["usage"] == {"prompt_tokens": 8, "total_tokens": 8}
    assert (endpoint.count.embeddings, endpoint.count.embedded["Green Tea"]) == (1, 2)
    assert endpoint.count.summary()["embedded"] == 3
    assert endpoint.count.calls == 0


def test_one_text_base64_and_dimensions(endpoint: Endpoint) -> None:
    wanted = {"model": "rehearsal", "input": "Green Tea", "encoding_format": "base64", "dimensions": 16}
    _, body = post(endpoint, wanted)
    packed = base64.b64decode(body["data"][0]["embedding"])
    assert packed == struct.pack("<16f", *embed("Green Tea", 16))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{not json", "not JSON"),
        ([], "JSON object"),
        ({}, "'input'"),
        ({"input": []}, "1 to 2048"),
        ({"input": ["x"] * 2049}, "1 to 2048"),
        ({"input": [""]}, "'input'"),
        ({"input": [[1, 2]]}, "'input'"),
        ({"input": "x", "dimensions": -1}, "'dimensions'"),
        ({"input": "x", "dimensions": True}, "'dimensions'"),
        ({"input": "x", "encoding_format": "hex"}, "'encoding_format'"),
    ],
)
def test_a_bad_body_is_400_and_says_why(endpoint: Endpoint, body: Any, said: str) -> None:
    status, answer = post(endpoint, {"model": "rehearsal"} | body if isinstance(body, dict) else body)
    assert status == 400
    assert said in answer["error"]["message"]
    assert endpoint.count.embeddings == 0


def test_an_unknown_model_is_404(endpoint: Endpoint) -> None:
    status, body = post(endpoint, {"model": "other", "input": "x"})
    assert status == 404
    assert body["error"]["code"] == "model_not_found"
