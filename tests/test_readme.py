"""What the README says is so: its Python runs, its commands exist, its rooms are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import Cli, clean_environment

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_python_examples_run(number: int, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", PYTHON[number]],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()


def test_there_are_python_examples() -> None:
    assert len(PYTHON) == 2


def test_every_command_and_option_named_exists(cli: Cli) -> None:
    (shell,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    commands = [line.partition("#")[0].split() for line in shell.splitlines() if line.startswith("condor ")]
    assert len(commands) >= 9
    for words in commands:
        depth = 3 if words[1] == "tree" else 2
        shown = cli.run(*words[1:depth], "--help")
        assert shown.returncode == 0, words
        for option in (word for word in words if word.startswith("--")):
            assert option in shown.stdout, (words, option)


def test_rooms_and_files_named_are_there() -> None:
    rooms = re.findall(r"^\| `(\w+)/` \|", README, re.MULTILINE)
    assert len(rooms) == 9
    for room in rooms:
        assert (ROOT / room).is_dir()
    for name in re.findall(r"\]\((\w[\w/.]*\.md)\)", README):
        assert (ROOT / name).is_file()


def test_nothing_that_ships_needs_what_stands_beside_the_checkout() -> None:
    for path in ROOT.rglob("*.py"):
        inside = path.relative_to(ROOT)
        if inside.parts[0] in {"tests", ".venv", "build"}:
            continue
        assert "../shared" not in path.read_text(encoding="utf-8"), inside
