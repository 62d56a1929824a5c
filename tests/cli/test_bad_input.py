"""A user's mistake costs one line and changes nothing."""

from pathlib import Path

import pytest

from support import Cli, Endpoint, refused

RECIPE = "tree: seed:en\nrecords: 6\nmodel: rehearsal\n"


def synth(recipe: str, *options: str) -> list[str]:
    return ["synth", recipe, "--run", "run", *options]


def test_unknown_model_is_refused_with_an_example_of_a_known_one(cli: Cli) -> None:
    line = refused(cli, *synth(cli.recipe(RECIPE), "--model", "nonsense"))
    assert "unknown model 'nonsense'" in line
    assert "openai/gpt-4o-mini" in line


def test_missing_key_names_the_variable_to_set(cli: Cli) -> None:
    line = refused(cli, *synth(cli.recipe(RECIPE), "--model", "openai/gpt-4o-mini"))
    assert "set OPENAI_API_KEY" in line


def test_missing_key_of_an_own_variable_names_that_variable(cli: Cli) -> None:
    recipe = "tree: seed:en\nrecords: 6\nmodel: {name: openai/x, api_key_env: MY_OWN_KEY}\n"
    assert "set MY_OWN_KEY" in refused(cli, *synth(cli.recipe(recipe)))


def at(base: str, engine: str) -> str:
    return f"tree: seed:en\nrecords: 6\nmodel: {{name: openai/x, api_base: '{base}', engine: {engine}}}\n"


@pytest.mark.parametrize("engine", ["auto", "litellm"])
def test_unreachable_endpoint_is_told_before_anything_is_written(cli: Cli, engine: str) -> None:
    line = refused(cli, *synth(cli.recipe(at("http://127.0.0.1:9/v1", engine))))
    assert "http://127.0.0.1:9/v1: cannot be reached" in line


@pytest.mark.parametrize("engine", ["auto", "litellm"])
def test_model_that_the_endpoint_does_not_know_is_told_after_one_call(
    cli: Cli, endpoint: Endpoint, engine: str
) -> None:
    line = refused(cli, *synth(cli.recipe(at(endpoint.base, engine))))
    assert "openai/x" in line
    assert "knows no such model" in line


def test_address_with_a_password_is_refused_and_not_repeated(cli: Cli) -> None:
    line = refused(
        cli, *synth(cli.recipe(RECIPE), "--model", "openai/x", "--api-base", "http://me:s3cret@127.0.0.1/v1")
    )
    assert "no user name or password" in line
    assert "s3cret" not in line


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (
            "tree: seed:en\nrecrods: 6\nmodel: rehearsal\n",
            ["line 2, recrods: unknown key", "records: this key is missing"],
        ),
        ("tree: seed:en\nrecords: many\nmodel: rehearsal\n", ["line 2, records", "integer", "'many'"]),
        ("tree: seed:en\nrecords: 6\nmodel: rehearsal\nrefine:\n  rounds: 0\n", ["line 5, refine.rounds", "found 0"]),
        ("tree: seed:en\nrecords: 6\nmodel: rehearsal\ntasks: [poetry]\n", ["line 4, tasks.0", "'poetry'"]),
        ("tree: seed:en\nrecords: 6\nmodel: rehearsal\ntasks: [view, view]\n", ["line 4, tasks", "twice"]),
        ("tree: seed:en\nrecords: 6\nrecords: 7\nmodel: rehearsal\n", ["recipe.yaml:3", "'records' stands twice"]),
        ("tree: [seed:en\nrecords: 6\n", ["recipe.yaml:2", "not YAML"]),
        ("- a\n- b\n", ["expected keys and values"]),
        ("", ["expected keys and values"]),
        ("tree: seed:fr\nrecords: 6\nmodel: rehearsal\n", ["seed:fr", "seed:en, seed:zh"]),
        ("tree: none.json\nrecords: 6\nmodel: rehearsal\n", ["none.json", "cannot read a tree"]),
        ("tree: seed:en\nrecords: 6\nmodel: rehearsal?qualty=1\n", ["line 3, model.name", "qualty", "quality"]),
        ("tree: seed:en\nlanguages: [zh]\nrecords: 6\nmodel: rehearsal\n", ["no leaf tag for zh"]),
    ],
)
def test_bad_recipe_names_the_line_or_key_and_what_was_expected(cli: Cli, recipe: str, said: list[str]) -> None:
    line = refused(cli, *synth(cli.recipe(recipe)))
    for words in said:
        assert words in line


def test_recipe_in_another_encoding_is_refused(cli: Cli) -> None:
    (cli.directory / "recipe.yaml").write_bytes("tree: 家庭.json\n".encode("gb18030"))
    assert "recipe.yaml:1: not UTF-8" in refused(cli, *synth("recipe.yaml"))


def test_tree_in_gb18030_or_with_a_byte_order_mark_is_refused(cli: Cli) -> None:
    (cli.directory / "gb.json").write_bytes('{"家庭": {"亲子": ["陪读"]}}'.encode("gb18030"))
    (cli.directory / "bom.json").write_bytes(b"\xef\xbb\xbf{}")
    assert "gb.json:1: not UTF-8" in refused(cli, "tree", "import", "gb.json", "--out", "t.json")
    assert "byte-order mark" in refused(cli, "tree", "import", "bom.json", "--out", "t.json")
    recipe = cli.recipe("tree: bom.json\nrecords: 6\nmodel: rehearsal\n")
    assert "byte-order mark" in refused(cli, *synth(recipe))


def test_empty_tree_is_refused(cli: Cli) -> None:
    (cli.directory / "empty.json").write_text("{}")
    assert "holds no tag" in refused(cli, "tree", "import", "empty.json", "--out", "t.json")
    assert "the tree is empty" in refused(cli, *synth(cli.recipe("tree: empty.json\nrecords: 6\nmodel: rehearsal\n")))


def test_directory_that_cannot_be_written_is_refused(cli: Cli) -> None:
    (cli.directory / "file").write_text("in the way")
    recipe = cli.recipe(RECIPE)
    assert "cannot write here" in refused(cli, "synth", recipe, "--run", "file/run")
    assert "cannot write here" in refused(cli, "quickstart", "--out", "file/out")


def test_directory_that_holds_something_else_is_refused(cli: Cli) -> None:
    (cli.directory / "run").mkdir()
    (cli.directory / "run" / "thesis.txt").write_text("precious")
    recipe = cli.recipe(RECIPE)
    result = cli.run(*synth(recipe))
    assert result.returncode == 2
    assert "holds thesis.txt but no run" in result.stderr
    assert (cli.directory / "run" / "thesis.txt").read_text() == "precious"


def test_run_of_another_recipe_is_refused_and_left_alone(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE)
    assert cli.run(*synth(recipe)).returncode == 0
    journal = (cli.directory / "run" / "journal.db").read_bytes()
    changed = cli.recipe("tree: seed:en\nrecords: 6\nmodel: rehearsal?quality=0.9\nseed: 7\n", "other.yaml")
    result = cli.run(*synth(changed))
    assert result.returncode == 2
    assert "seed: 0 -> 7" in result.stderr
    assert "'rehearsal' -> 'rehearsal?quality=0.9'" in result.stderr
    assert (cli.directory / "run" / "journal.db").read_bytes() == journal


@pytest.mark.parametrize(
    "command", [["status", "."], ["explain", ".", "abc"], ["export", ".", "--format", "dpo", "--out", "o"]]
)
def test_commands_on_a_directory_without_a_run_are_refused(cli: Cli, command: list[str]) -> None:
    assert "no run here" in refused(cli, *command)


def test_unknown_and_ambiguous_record_ids_are_refused(cli: Cli) -> None:
    assert cli.run(*synth(cli.recipe(RECIPE))).returncode == 0
    for wrong, said in (("nothex", "hexadecimal"), ("0" * 32, "no record")):
        result = cli.run("explain", "run", wrong)
        assert result.returncode == 2
        assert said in result.stderr


def test_dpo_at_the_void_stage_is_refused(cli: Cli) -> None:
    assert cli.run(*synth(cli.recipe(RECIPE))).returncode == 0
    result = cli.run("export", "run", "--format", "dpo", "--stage", "void", "--out", "o.jsonl")
    assert result.returncode == 2
    assert "--stage refine" in result.stderr
    assert not (cli.directory / "o.jsonl").exists()


def test_port_in_use_is_told(cli: Cli, endpoint: Endpoint) -> None:
    port = endpoint.base.rpartition(":")[2].partition("/")[0]
    assert "cannot listen" in refused(cli, "serve-rehearsal", "--port", port)


def test_journal_of_a_stranger_is_refused(cli: Cli) -> None:
    assert cli.run(*synth(cli.recipe(RECIPE))).returncode == 0
    journal: Path = cli.directory / "run" / "journal.db"
    journal.write_bytes(b"this is no database at all" * 100)
    for command in (synth("recipe.yaml"), ["status", "run"]):
        result = cli.run(*command)
        assert result.returncode == 2
        assert "not a journal" in result.stderr
        assert "Traceback" not in result.stderr
    assert journal.read_bytes().startswith(b"this is no database")


def test_the_users_own_directory_is_no_run_whatever_its_files_are_called(cli: Cli) -> None:
    recipe = cli.recipe("tree: tree.json\nrecords: 1\nmodel: rehearsal\n")
    (cli.directory / "tree.json").write_text('{"Food": {"Drinks": ["Tea"]}}', encoding="utf-8")
    for _ in range(2):
        assert "but no run; choose an empty or new directory" in refused(cli, "synth", recipe, "--run", ".")
