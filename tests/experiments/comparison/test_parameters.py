"""What a run was made with, flattened; where it was served, without what may be a key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from condor.experiments import Recipe
from condor.experiments.comparison.parameters import differing, run_parameters
from condor.runtime.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.create(
        tmp_path / "journal.db", {"condor": "1.2", "tree": "a.json b.json", "tree_version": "v"}
    ) as new:
        yield new


def test_nested_values_have_dotted_names_and_a_tree_is_named_as_the_run_was_begun_with_it(journal: Journal) -> None:
    recipe = Recipe.model_validate({"tree": "tree.json", "records": 3, "model": "rehearsal", "refine": {"rounds": 2}})
    found = run_parameters(recipe, journal)
    assert (found["refine.rounds"], found["model.name"], found["records"]) == (2, "rehearsal", 3)
    assert (found["tree"], found["tree version"], found["condor"]) == (["a.json", "b.json"], "v", "1.2")


def test_the_folder_of_compiled_prompts_is_no_parameter(journal: Journal) -> None:
    settings = {"tree": "tree.json", "records": 3, "model": "rehearsal"}
    here, there = (Recipe.model_validate(settings | {"programs": name}) for name in ("here", "there"))
    assert differing([run_parameters(here, journal), run_parameters(there, journal)]) == []


def test_what_may_be_a_key_in_an_address_is_left_out(journal: Journal) -> None:
    model = {"name": "openai/x", "api_base": ["http://127.0.0.1:8000/v1?key=canary#canary", "http://127.0.0.1:8001/v1"]}
    recipe = Recipe.model_validate({"tree": "tree.json", "records": 3, "model": model})
    found = run_parameters(recipe, journal)
    assert found["model.api_base"] == ["http://127.0.0.1:8000/v1", "http://127.0.0.1:8001/v1"]
    assert "canary" not in str(found)


def test_what_one_run_does_not_have_differs() -> None:
    assert differing([{"a": 1, "b": 2}, {"b": 2, "c": None}, {"a": 1, "b": 2}]) == ["a"]
    assert differing([{"a": [1]}, {"a": [1]}]) == []
