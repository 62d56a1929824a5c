"""What must hold of a run whatever happened to it, and how the fault tests drive one."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from condor.corpus.records import parse_record
from condor.runtime.journal import Journal

from support import Cli, export
from warm_cli import WarmCli

#: The key of every fault test. No byte of it may be written anywhere.
CANARY = "canary-7f3b90c2-canary"
CONCURRENCY = 8
RECORDS = 12


def write_recipe(
    cli: Cli | WarmCli, base: str, *, name: str = "recipe.yaml", records: int = RECORDS, **model: Any
) -> str:
    """A recipe for an endpoint, with `model` for more of the model's settings; returns its name."""
    settings: dict[str, Any] = {"name": "openai/rehearsal", "api_base": base} | model
    text = f"tree: seed:en\nrecords: {records}\nconcurrency: {CONCURRENCY}\nmodel: {json.dumps(settings)}\n"
    (cli.directory / name).write_text(text, encoding="utf-8")
    return name


def exports(cli: WarmCli, run: str) -> dict[str, bytes]:
    """A run's export in two formats."""
    return {format_: export(cli, run, format_) for format_ in ("messages", "dpo")}


def check_journal(run: Path) -> int:
    """Steps have their records, kept items their chains, ids fit their records; returns how many steps are done."""
    path = run / "journal.db"
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        steps = database.execute("SELECT key, outcome, output FROM steps").fetchall()
        records = database.execute("SELECT id, kind, body FROM records").fetchall()
        items = database.execute("SELECT position, outcome, reason, step_key FROM items").fetchall()
    keys = {key for key, _, _ in steps}
    ids = {record_id for record_id, _, _ in records}
    assert (len(keys), len(ids)) == (len(steps), len(records))
    for record_id, kind, body in records:
        assert parse_record(kind, body).id == record_id
    for _, outcome, output in steps:
        assert (outcome == "done") == (output is not None)
        assert outcome != "done" or set(json.loads(output)["records"]) <= ids
    for _, outcome, reason, step_key in items:
        assert (outcome == "kept") == (reason is None)
        assert outcome != "failed" or step_key in keys
    with Journal.open_read_only(path) as journal:
        totals = journal.totals()
        assert len(list(journal.kept_chains())) == totals.kept
    assert totals.kept + totals.rejected + totals.failed == len(items)
    return sum(outcome == "done" for _, outcome, _ in steps)


def check_no_secret(directory: Path, *said: str) -> None:
    """The key is in no byte of any file under a directory, and in nothing that was printed."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []
    assert not any(CANARY in text for text in said)
