"""Does a question copy one of the examples that it was inspired by?"""

from collections.abc import Sequence
from functools import lru_cache

from .folding import fold, runs
from .rejection import Rejection

_RUN = 8
#: Questions of one task share turns of phrase; sharing half of all character runs is copying.
_MAX_SHARE = 0.5


def check_copied_example(question: str, examples: Sequence[str]) -> Rejection | None:
    """The largest share of the question's 8-character runs that stand in one example; works in any script."""
    own = _runs(question)
    if len(own & _runs_of_any(tuple(examples))) <= len(own) * _MAX_SHARE:
        return None  # in all of them together stands no more than may stand in one
    share = max((len(own & _example_runs(example)) / len(own) for example in examples), default=0.0)
    if share > _MAX_SHARE:
        return Rejection("copied_example", share, f"{share:.2f} of it stands in one example, more than {_MAX_SHARE}")
    return None


def _runs(text: str) -> frozenset[str]:
    return frozenset(runs(fold(text), _RUN))


@lru_cache(maxsize=64)
def _runs_of_any(examples: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*map(_example_runs, examples))


# The examples of a run are few and compared with every question.
_example_runs = lru_cache(maxsize=512)(_runs)
