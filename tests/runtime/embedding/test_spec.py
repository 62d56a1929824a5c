"""Embedder specs: what they take, what they refuse, and what counts as the same embedder."""

import pytest
from pydantic import ValidationError

from condor.runtime.embedding import EmbedderSpec


def test_a_string_is_a_spec() -> None:
    assert EmbedderSpec.model_validate("rehearsal") == EmbedderSpec(name="rehearsal")


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://x/v1", "http://", "http://user@x/v1", "http://u:pw@x/v1"])
def test_addresses_that_are_none_or_hold_a_password_are_refused_without_being_repeated(address: str) -> None:
    for value in (address, ["http://127.0.0.1:1/v1", address]):
        with pytest.raises(ValidationError) as caught:
            EmbedderSpec.model_validate({"name": "openai/x", "api_base": value})
        assert "pw" not in str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    "wrong", [{"api_key": "secret"}, {"dimensions": 0}, {"dimensions": True}, {"timeout_s": 0}, {"name": ""}]
)
def test_unknown_keys_and_impossible_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EmbedderSpec.model_validate({"name": "openai/x"} | wrong)


def test_the_stand_in_has_one_knob() -> None:
    assert EmbedderSpec(name="rehearsal?latency=0.1").identity == EmbedderSpec(name="rehearsal").identity
    for name in ("rehearsal?quality=0.9", "rehearsal?nonsense=1"):
        with pytest.raises(ValidationError):
            EmbedderSpec(name=name)


def test_identity_holds_what_shapes_the_vectors_and_not_where_they_come_from() -> None:
    spec = EmbedderSpec(name="openai/x")
    for same in ({"api_base": "http://127.0.0.1:1/v1"}, {"timeout_s": 5.0}, {"api_key_env": "K"}):
        assert spec.model_copy(update=same).identity == spec.identity
    for other in ({"name": "openai/y"}, {"dimensions": 5}):
        assert spec.model_copy(update=other).identity != spec.identity
