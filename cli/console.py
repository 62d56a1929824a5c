"""The terminal that commands print to."""

from rich.console import Console


def make_console() -> Console:
    """A console that prints text as it is: what stands in a record, a path or a model's name is no markup."""
    return Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
