"""The `condor` command."""

import io
import os
import sys
from contextlib import suppress
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from ..errors import BadInput, CondorError, Interrupted
from . import (
    batch,
    compare,
    diff,
    explain,
    export,
    forecast,
    judge,
    lineage,
    optimize,
    prompts,
    quickstart,
    rejects,
    release,
    serve_rehearsal,
    status,
    synth,
    tracking,
    tree,
    verify,
)
from . import filter as filtering
from .console import printable
from .exit_codes import BAD_INPUT, FAILED, INTERRUPTED

app = typer.Typer(
    name="condor",
    help="Fine-tuning data from a World Knowledge Tree: questions, answers, critiques, refinements.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("quickstart")(quickstart.quickstart)
app.add_typer(tree.app, name="tree")
app.command("forecast")(forecast.forecast)
app.command("synth")(synth.synth)
app.add_typer(batch.app, name="batch")
app.command("status")(status.status)
app.command("explain")(explain.explain)
app.command("export")(export.export)
app.command("filter")(filtering.filter_run)
app.command("rejects")(rejects.rejects)
app.command("judge")(judge.judge)
app.command("release")(release.release)
app.command("verify")(verify.verify)
app.command("diff")(diff.diff)
app.command("optimize")(optimize.optimize)
app.add_typer(prompts.app, name="prompts")
app.command("lineage")(lineage.lineage)
app.command("track")(tracking.track)
app.command("compare")(compare.compare)
app.command("serve-rehearsal")(serve_rehearsal.serve_rehearsal)


def main() -> None:
    """Run the command line. A user's mistake is one line on stderr, and never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character shows its number; it is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(app(standalone_mode=False))
    except TyperException as exc:
        _refuse(exc)
    except Interrupted as exc:
        _leave(exc, INTERRUPTED)
    except BadInput as exc:
        _fail(exc, BAD_INPUT)
    except CondorError as exc:
        _fail(exc, FAILED)


def _leave(exc: CondorError, code: int) -> NoReturn:
    """End the process at once: all is closed by here, and to take the libraries down would take most of a second."""
    _say(str(exc))
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody may be reading any more
            stream.flush()
    os._exit(code)


def _fail(exc: CondorError, code: int) -> None:
    _say(str(exc))
    sys.exit(code)


def _refuse(exc: TyperException) -> NoReturn:
    """Leave where a command or an option is not as it must be."""
    # Where the command is missing, the help is printed already, and there is nothing to say.
    if said := " ".join(exc.format_message().split()):
        context = getattr(exc, "ctx", None)
        _say(f"{said.rstrip('.')}; see {context.command_path} --help" if context else said)
    sys.exit(exc.exit_code)


def _say(line: str) -> None:
    typer.echo(f"condor: {printable(line)}", err=True)
