"""Recipes: those that ship are valid, every default is spelt out on saving, differences are named."""

from pathlib import Path

import pytest

from condor.errors import RecipeFault
from condor.experiments import Recipe, load_recipe, save_recipe
from condor.experiments.recipe import differences
from condor.vocabulary import DIFFICULTIES, TASKS

RECIPES = Path(__file__).resolve().parents[2] / "recipes"


@pytest.mark.parametrize("name", ["quickstart", "general-en", "general-zh"])
def test_recipes_that_ship_are_valid_and_explained(name: str) -> None:
    path = RECIPES / f"{name}.yaml"
    recipe = load_recipe(path)
    assert recipe.records > 0
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_defaults_are_the_papers() -> None:
    recipe = Recipe.model_validate({"tree": "seed:en", "records": 3, "model": "rehearsal"})
    assert recipe.tasks == TASKS
    assert recipe.difficulties == DIFFICULTIES
    assert recipe.refine.rounds == 1


def test_a_saved_recipe_is_the_same_recipe(tmp_path: Path) -> None:
    recipe = Recipe.model_validate(
        {
            "tree": ["seed:en", "seed:zh"],
            "languages": ["zh", "en"],
            "records": 3,
            "model": "rehearsal?quality=0.3",
            "seed": 9,
        }
    )
    save_recipe(recipe, tmp_path / "r.yaml")
    assert load_recipe(tmp_path / "r.yaml") == recipe


def test_paths_of_trees_are_relative_to_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / "r.yaml"
    path.write_text(f"tree: [t.json, ../u.json, seed:en, {tmp_path}/v.json]\nrecords: 1\nmodel: rehearsal\n")
    assert [Path(tree).resolve() if ":" not in tree else tree for tree in load_recipe(path).tree] == [
        tmp_path / "sub" / "t.json",
        tmp_path / "u.json",
        "seed:en",
        tmp_path / "v.json",
    ]


def test_differences_name_what_changes_the_text_and_nothing_else() -> None:
    before = Recipe.model_validate({"tree": "seed:en", "records": 3, "model": "rehearsal"})
    free = before.model_copy(update={"records": 9, "concurrency": 2})
    assert differences(before, free) == []
    elsewhere = {"api_base": ("http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"), "requests_per_minute": 60}
    elsewhere |= {"tokens_per_minute": 1000, "patience_s": 1.0, "timeout_s": 3.0}
    moved = before.model_copy(update={"model": before.model.model_copy(update=elsewhere)})
    assert differences(before, moved) == []
    other = Recipe.model_validate(
        {"tree": "seed:en", "records": 3, "model": {"name": "rehearsal", "temperature": 0.1}, "refine": {"rounds": 2}}
    )
    assert differences(before, other) == ["model.temperature: 0.7 -> 0.1", "refine.rounds: 1 -> 2"]


def test_a_recipe_cannot_be_changed() -> None:
    recipe = Recipe.model_validate({"tree": "seed:en", "records": 3, "model": "rehearsal"})
    with pytest.raises(ValueError, match="frozen"):
        recipe.records = 4  # pyright: ignore[reportAttributeAccessIssue]


def test_all_problems_of_a_recipe_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("tree: seed:en\nrecords: 0\nmodel:\n  name: rehearsal\n  temperature: 9\n  key: x\n")
    with pytest.raises(RecipeFault) as caught:
        load_recipe(path)
    for part in (
        "line 2, records",
        "line 5, model.temperature",
        "line 6, model.key: unknown key (known: name, api_base",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [*a]\n", "within itself"),
        ("? [a, b]\n: 1\n", "not YAML"),
        ("tree: " + "[" * 3000, "nested too deeply"),
        ("tree: seed:en\nrecords: yes\nmodel: rehearsal\n", "line 2, records: Input should be a valid integer"),
        ("tree: seed:en\nrecords: 2.0\nmodel: rehearsal\n", "line 2, records: Input should be a valid integer"),
        ("tree: seed:en\nrecords: 2\nmodel: {name: rehearsal, max_tokens: true}\n", "line 3, model.max_tokens"),
    ],
)
def test_odd_yaml_is_a_fault_of_the_recipe_and_no_crash(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(text)
    with pytest.raises(RecipeFault, match=said):
        load_recipe(path)


def test_a_recipe_says_whose_prompts_a_run_begins_with(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("tree: seed:en\nrecords: 3\nmodel: rehearsal\n", encoding="utf-8")
    assert load_recipe(path).prompts == "champion"
    path.write_text("tree: seed:en\nrecords: 3\nmodel: rehearsal\nprompts: newest\n", encoding="utf-8")
    with pytest.raises(RecipeFault, match="line 4, prompts: Input should be 'champion' or 'built-in'"):
        load_recipe(path)
