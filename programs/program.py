"""A DSPy module that is typed by what it returns."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import dspy

T = TypeVar("T")


class Program(dspy.Module, Generic[T]):
    """A DSPy module whose result is a `T` of ours, where DSPy's own typing says `Prediction`."""

    def _set_lm_usage(self, tokens: dict[str, Any], output: object) -> None:
        """DSPy's usage tracker writes into a `Prediction`; our records say themselves what they used."""

    if TYPE_CHECKING:

        def __call__(self, *args: Any, **kwargs: Any) -> T:  # pyright: ignore[reportIncompatibleMethodOverride]
            """Run the program."""
            ...

        async def acall(self, *args: Any, **kwargs: Any) -> T:  # pyright: ignore[reportIncompatibleMethodOverride]
            """Run the program without blocking."""
            ...
