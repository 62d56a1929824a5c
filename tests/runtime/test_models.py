"""Model specs: what they take, what they refuse, and what counts as the same model."""

import sys

import pytest
from dspy.lm15 import UnsupportedModelError, Usage
from pydantic import ValidationError

from condor.errors import ModelFault
from condor.runtime.embedding import EmbedderSpec, build_embedding_model
from condor.runtime.faults import translate
from condor.runtime.models import ModelSpec, build_model


def test_a_string_is_a_spec() -> None:
    assert ModelSpec.model_validate("rehearsal") == ModelSpec(name="rehearsal")


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "ftp://x/v1", "http://", "http://user@x/v1", "http://u:pw@x/v1"])
def test_addresses_that_are_none_or_hold_a_password_are_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ModelSpec(name="openai/x", api_base=address)
    assert "pw" not in str(caught.value.errors()[0]["msg"])


def test_an_endpoint_is_one_address_or_several() -> None:
    one, two = "http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"
    assert ModelSpec(name="openai/x").addresses == ()
    assert ModelSpec(name="openai/x", api_base=one).addresses == (one,)
    several = ModelSpec.model_validate({"name": "openai/x", "api_base": [one, two]})
    assert several.addresses == (one, two)
    assert ModelSpec.model_validate(several.model_dump(mode="json")) == several
    assert len(build_model(several, concurrency=2).engine._routes) == 2
    assert len(build_model(several.model_copy(update={"engine": "litellm"}), concurrency=2).engine._routes) == 2
    for wrong in ([one, one], [], [one, "ftp://x"], [one, "http://u:pw@x/v1"]):
        with pytest.raises(ValidationError):
            ModelSpec.model_validate({"name": "openai/x", "api_base": wrong})


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError):
        ModelSpec.model_validate({"name": "rehearsal", "api_key": "secret"})


def test_identity_holds_what_shapes_the_text_and_not_where_it_is_served() -> None:
    spec = ModelSpec(name="openai/x")
    for same in ({"api_base": "http://127.0.0.1:1/v1"}, {"timeout_s": 5.0}, {"api_key_env": "K"}):
        assert spec.model_copy(update=same).identity == spec.identity
    for other in ({"name": "openai/y"}, {"temperature": 0.1}, {"temperature": None}, {"max_tokens": 5}):
        assert spec.model_copy(update=other).identity != spec.identity


def test_served_and_embedded_rehearsal_are_both_known_as_such() -> None:
    names = {"rehearsal": True, "rehearsal?quality=1": True, "openai/rehearsal": True, "openai/rehearsal-xl": False}
    assert {name: ModelSpec(name=name).is_rehearsal for name in names} == names


@pytest.mark.usefixtures("no_keys")
def test_a_missing_key_and_an_unknown_model_are_told_without_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelFault, match="set OPENAI_API_KEY"):
        build_model(ModelSpec(name="openai/gpt-4o-mini"), concurrency=1)
    with pytest.raises(ModelFault, match="set MY_KEY"):
        build_model(ModelSpec(name="openai/gpt-4o-mini", api_key_env="MY_KEY"), concurrency=1)
    for name in ("nonsense", "openai/"):
        with pytest.raises(ModelFault, match="unknown model"):
            build_model(ModelSpec(name=name), concurrency=1)
    monkeypatch.setenv("MY_KEY", "k" * 20)
    build_model(ModelSpec(name="openai/gpt-4o-mini", api_key_env="MY_KEY"), concurrency=1)


@pytest.mark.usefixtures("no_keys")
def test_an_endpoint_of_ones_own_needs_no_key() -> None:
    build_model(ModelSpec(name="openai/anything", api_base="http://127.0.0.1:1/v1"), concurrency=1)


@pytest.mark.usefixtures("no_keys")
def test_prices_come_from_the_packaged_list_and_are_unknown_where_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 20)
    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
    known = build_model(ModelSpec(name="openai/gpt-4o-mini"), concurrency=1)
    price = known.engine.price(usage)
    assert price is not None
    assert 0.1 < price < 10
    unknown = build_model(ModelSpec(name="openai/my-own", api_base="http://127.0.0.1:1/v1"), concurrency=1)
    assert unknown.engine.price(usage) is None
    assert build_model(ModelSpec(name="rehearsal"), concurrency=1).engine.price(usage) == 0.0


def test_the_embedded_model_needs_no_model_library() -> None:
    import subprocess

    script = (
        "import sys\nfrom condor.runtime.models import ModelSpec, build_model\n"
        "build_model(ModelSpec(name='rehearsal'), concurrency=1)\n"
        "assert 'litellm' not in sys.modules and 'mlflow' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.usefixtures("no_keys")
@pytest.mark.parametrize("name", ["ollama/llama3", "bedrock/anthropic.claude-v2", "vertex_ai/gemini-2.0", "azure/x"])
def test_providers_with_other_credentials_than_a_key_are_left_to_the_first_call(name: str) -> None:
    build_model(ModelSpec(name=name), concurrency=1)


@pytest.mark.parametrize("name", ["openai/gpt-5", "openai/o3"])
def test_a_reasoning_model_says_which_settings_it_takes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 20)
    with pytest.raises(ModelFault, match="temperature: null and max_tokens"):
        build_model(ModelSpec(name=name), concurrency=1)
    build_model(ModelSpec(name=name, temperature=None, max_tokens=None), concurrency=1)


def test_how_long_a_rehearsed_reply_takes_is_no_part_of_its_identity() -> None:
    identity = ModelSpec(name="rehearsal").identity
    assert ModelSpec(name="rehearsal?latency=0.5").identity == identity
    assert (
        ModelSpec(name="rehearsal?quality=0.9&latency=1").identity == ModelSpec(name="rehearsal?quality=0.9").identity
    )
    assert ModelSpec(name="rehearsal?quality=0.9").identity != identity


def test_a_key_is_taken_out_of_texts_whatever_its_variable_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_ENDPOINT_AUTH", "canary-4711-canary")
    model = build_model(ModelSpec(name="openai/x", api_key_env="MY_ENDPOINT_AUTH"), concurrency=1)
    assert model.redact("bad key Bearer canary-4711-canary!") == "bad key Bearer [key]!"
    assert "4711" not in repr(model)


@pytest.mark.parametrize("engine", ["auto", "litellm"])
def test_what_stands_behind_an_address_is_in_no_message(engine: str) -> None:
    address = "http://127.0.0.1:8917/v1?token=QSECRET&api-key=QSECRET-4711#QSECRET-part"
    spec = ModelSpec.model_validate({"name": "openai/x", "api_base": [address, "http://[::1]/v1"], "engine": engine})
    model = build_model(spec, concurrency=1)
    embedder = build_embedding_model(EmbedderSpec(name="openai/x", api_base=address))
    echo = UnsupportedModelError("no /v1?token=QSECRET&api-key=QSECRET-4711 here, nor token=QSECRET, QSECRET-4711")
    said = [str(translate(echo, called)) for called in (model, embedder)]
    assert said[0].startswith(
        "openai/x at http://127.0.0.1:8917/v1 or http://[::1]/v1: the endpoint knows no such model"
    )
    assert said[1].startswith("openai/x at http://127.0.0.1:8917/v1: the endpoint knows no such model")
    routes = [route.name for called in (model, embedder) for route in called.engine._routes]
    assert routes == ["http://127.0.0.1:8917/v1", "http://[::1]/v1", "http://127.0.0.1:8917/v1"]
    assert "QSECRET" not in "".join(said)
