"""What the README and docs/ say is so: their Python runs, their commands exist, rooms and pictures are there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support import Cli, clean_environment

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))
}
PYTHON = [(name, code) for name, text in PAGES.items() for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]


@pytest.mark.parametrize(("page", "code"), PYTHON)
def test_python_examples_run(page: str, code: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", code],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, (page, result.stderr)
    assert result.stdout.strip()


def test_there_are_python_examples() -> None:
    assert sorted(name for name, _ in PYTHON) == ["README.md", "README.md", "docs/knowledge.md", "docs/optimizing.md"]


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("README.md", 20),
        ("docs/knowledge.md", 15),
        ("docs/optimizing.md", 3),
        ("docs/experiments.md", 12),
        ("docs/releases.md", 6),
        ("docs/formats.md", 3),
    ],
)
def test_every_command_and_option_named_exists(cli: Cli, page: str, least: int) -> None:
    shell = "".join(re.findall(r"```sh\n(.*?)```", PAGES[page], re.DOTALL))
    commands = [line.partition("#")[0].split() for line in shell.splitlines() if line.startswith("condor ")]
    assert len(commands) >= least
    for words in commands:
        depth = 3 if words[1] in ("tree", "prompts") else 2
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


def test_the_picture_in_the_docs_is_made_by_the_command_that_they_name(cli: Cli) -> None:
    (command,) = re.findall(r"`condor (tree export seed:en [^`]*)`", PAGES["docs/knowledge.md"])
    words = command.split()
    picture = words[words.index("--out") + 1]
    result = cli.run(*words)
    assert result.returncode == 0, result.stderr
    assert (cli.directory / picture).read_bytes() == (ROOT / picture).read_bytes()
