"""Which model plays which role in a synthesis: one writes everything, one may judge."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..errors import UsageFault
from ..runtime.models import Model, build_beside, served_alike, set_budget, share_budget
from .batch import BatchUse, synthesis_model
from .recipe import Recipe


@dataclass(frozen=True)
class Roles:
    """The models of a synthesis.

    Attributes:
        writer: writes everything.
        judge: what the gate asks; None without one.
    """

    writer: Model
    judge: Model | None

    def tell_through(self, tell: Callable[[str], None]) -> None:
        """Have both say what makes them wait, without the key of either."""
        for model in self._all:
            model.engine.tell = lambda line: tell(self.redact(line))

    def redact(self, text: str) -> str:
        """A text without the key of either."""
        for model in self._all:
            text = model.redact(text)
        return text

    def limit(
        self,
        limit_usd: float,
        *,
        spent_usd: float | None,
        store_bound: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        """Limit what both may cost together; see `set_budget`.

        Raises:
            UsageFault: the limit cannot be kept.
        """
        set_budget(self.writer, limit_usd, spent_usd=spent_usd, store_bound=store_bound)
        if self.judge is not None:
            share_budget(self.writer, self.judge)

    @property
    def _all(self) -> tuple[Model, ...]:
        return (self.writer,) if self.judge is None else (self.writer, self.judge)


def assign_roles(recipe: Recipe, use: BatchUse) -> Roles:
    """A recipe's models. No call is made.

    Raises:
        UsageFault: batch files cannot serve them.
        ModelFault: one cannot be used so, or its key is missing.
    """
    writer = synthesis_model(recipe, use)
    if recipe.refine.gate is None:
        return Roles(writer, None)
    spec = recipe.judge_spec
    if use.directory is not None and not served_alike(spec, recipe.model):
        raise UsageFault(
            f"{spec.name}: another model than {recipe.model.name} cannot judge in batch files, which go to one model; "
            "leave out the recipe's judge: or refine.gate, or --batch"
        )
    return Roles(writer, build_beside(spec, writer))
