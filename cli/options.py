"""Options that several commands share."""

from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

#: As many as a span of time can have.
MOST_DAYS = timedelta.max.days


class FormatChoice(StrEnum):
    """Export formats, as typer shows them."""

    messages = "messages"
    alpaca = "alpaca"
    sharegpt = "sharegpt"
    dpo = "dpo"
    ranking = "ranking"
    critique = "critique"


class StageChoice(StrEnum):
    """Whose answers: the first ones, or those of the last refinement."""

    void = "void"
    refine = "refine"


class LanguageChoice(StrEnum):
    """Languages, as typer shows them."""

    en = "en"
    zh = "zh"


class PromptsChoice(StrEnum):
    """What a run that begins asks with, as typer shows it."""

    champion = "champion"
    built_in = "built-in"


class ScopeChoice(StrEnum):
    """Which tags are compared with each other, as typer shows them."""

    siblings = "siblings"
    root = "root"
    tree = "tree"


TreeArgument = Annotated[
    str, typer.Argument(metavar="TREE", help="A tree file, or seed:en, seed:zh.", show_default=False)
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run's directory.", show_default=False)]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="SPEC", help="rehearsal, or any model as LiteLLM names it (openai/gpt-4o-mini)."),
]
ApiBaseOption = Annotated[
    list[str] | None,
    typer.Option("--api-base", metavar="URL", help="Address of an OpenAI-compatible endpoint; may be given again."),
]
ConcurrencyOption = Annotated[
    int | None, typer.Option("--concurrency", min=1, max=4096, help="Calls in flight at most.", show_default=False)
]
PromptsOption = Annotated[
    PromptsChoice | None,
    typer.Option("--prompts", help="The registry's champions, or the built-in prompts.", show_default=False),
]
ProgramsOption = Annotated[
    Path | None,
    typer.Option(
        "--programs", metavar="DIR", help="Use the compiled prompts in DIR (condor optimize).", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
NoTrackOption = Annotated[bool, typer.Option("--no-track", help="Do not show it in MLflow.")]
CallsOption = Annotated[int, typer.Option("--concurrency", min=1, max=4096, help="Calls in flight at most.")]
DateOption = Annotated[
    str | None, typer.Option("--date", metavar="DATE", help="Stands for today (2026-11-22).", show_default=False)
]


def given_date(text: str | None) -> date | None:
    """The date that an option names, or None where it is not given.

    Raises:
        UsageFault: it is no date.
    """
    from ..errors import UsageFault

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise UsageFault(f"--date: {text!r} is no date; write it as 2026-11-22") from exc
