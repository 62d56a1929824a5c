"""The plan: every position once, those that have ended left out, a cell at a time."""

from hypothesis import given
from hypothesis import strategies as st

from condor.knowledge.sampler import SampledCell
from condor.runtime.plan import Item, Plan
from condor.vocabulary import DIFFICULTIES


def sampled(count: int) -> list[SampledCell]:
    return [SampledCell(("root", f"leaf {n}"), "view", "en") for n in range(count)]


def drain(plan: Plan, most: int) -> list[Item]:
    items: list[Item] = []
    while taken := plan.take(most):
        assert len(taken) <= most
        assert len({item.cell.id for item in taken}) == 1
        items.extend(taken)
    return items


@given(
    cells=st.integers(0, 12),
    difficulties=st.lists(st.sampled_from(DIFFICULTIES), min_size=1, unique=True),
    most=st.integers(1, 4),
    data=st.data(),
)
def test_every_position_comes_once_in_order_without_those_that_ended(
    cells: int, difficulties: list[str], most: int, data: st.DataObject
) -> None:
    total = cells * len(difficulties)
    ended = sorted(data.draw(st.sets(st.integers(0, max(0, total - 1))))) if total else []
    items = drain(Plan(sampled(cells), difficulties, "v", ended), most)  # pyright: ignore[reportArgumentType]
    assert [item.position for item in items] == [n for n in range(total) if n not in ended]


def test_a_position_means_the_same_cell_and_difficulty_whatever_has_ended() -> None:
    whole = {item.position: item for item in drain(Plan(sampled(5), DIFFICULTIES, "v", []), 3)}
    rest = drain(Plan(sampled(5), DIFFICULTIES, "v", [0, 1, 4, 9]), 3)
    assert all(whole[item.position] == item for item in rest)


def test_difficulties_take_turns_in_being_first() -> None:
    plan = Plan(sampled(6), DIFFICULTIES, "v", [])
    firsts = [plan.take(3)[0].difficulty for _ in range(6)]
    assert firsts == ["easy", "medium", "hard"] * 2


def test_the_walk_is_consumed_lazily() -> None:
    seen: list[int] = []

    def endless() -> object:
        number = 0
        while True:
            seen.append(number)
            yield SampledCell(("root", f"leaf {number}"), "view", "en")
            number += 1

    plan = Plan(endless(), DIFFICULTIES, "v", [])  # pyright: ignore[reportArgumentType]
    plan.take(3)
    plan.take(3)
    assert len(seen) == 2
