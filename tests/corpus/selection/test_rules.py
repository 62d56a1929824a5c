"""The rules of `--include`: what they keep, how they are written, and what is refused in one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condor.corpus.entries import Entry
from condor.corpus.selection import NameRule, ScoreRule, parse_rule
from condor.errors import SelectionFault
from condor.vocabulary import DIFFICULTIES, LANGUAGES, TASKS

from entry_samples import ENTRIES, FIXED, make_entry

NAP = make_entry(language="zh", task="creation", difficulty="easy", path=("Health", "Sleep", "午睡"), score=7.0)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("difficulty=easy", True),
        ("difficulty=hard", False),
        ("difficulty = medium , easy", True),
        ("difficulty!=easy", False),
        ("difficulty!=medium,hard", True),
        ("language=en,zh", True),
        ("language=en", False),
        ("task!=creation", False),
        ("task!=view", True),
        ("root=Health", True),
        ("root=Sleep", False),
        ("root=health", False),
        ("tag=Sleep", True),
        ("tag=Health", True),
        ("tag=午睡", True),
        ("tag=Nutrition,午睡", True),
        ("tag=Sle", False),
        ("tag!=Sleep", False),
        ("tag!=Nutrition,Sport", True),
        ("judge>=7", True),
        ("judge>7", False),
        ("judge<=7.0", True),
        ("judge<7", False),
        ("judge>=6.99", True),
    ],
)
def test_a_rule_keeps_what_it_says(text: str, kept: bool) -> None:
    assert parse_rule(text).keeps(NAP) is kept


@pytest.mark.parametrize("text", ["judge>=1", "judge<=10", "judge>1", "judge<10"])
def test_no_rule_about_the_judge_holds_for_what_was_not_judged(text: str) -> None:
    assert not parse_rule(text).keeps(make_entry(score=None))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('root="Arts, Culture",Health', ("Arts, Culture", "Health")),
        ('tag="say ""hi""", b', ('say "hi"', "b")),
        ("tag=C++,C++", ("C++",)),
        ("tag=健康，睡眠", ("健康，睡眠",)),
        ('tag="=x"', ("=x",)),
    ],
)
def test_names_stand_between_commas_and_in_quotes(text: str, values: tuple[str, ...]) -> None:
    rule = parse_rule(text)
    assert isinstance(rule, NameRule)
    assert rule.values == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no rule", "difficulty=hard"]),
        ("hard", ["no rule"]),
        ("dificulty=hard", ["no field 'dificulty'", "did you mean 'difficulty'", "judge"]),
        ("=hard", ["no field ''"]),
        ("difficulty=harder", ["no difficulty 'harder'", "did you mean 'hard'", "easy, medium, hard"]),
        ("task=role-playing", ["did you mean 'role_playing'"]),
        ("task=creatoin,view", ["no task 'creatoin'", "did you mean 'creation'"]),
        ("task!=Creation", ["did you mean 'creation'"]),
        ("language=de", ["no language 'de'", "en, zh"]),
        ("language=", ["no language ''"]),
        ("root=", ["empty name"]),
        ("tag=a,,b", ["empty name"]),
        ('tag="a', ["quotes"]),
        ('tag="a"b', ["quotes"]),
        ("tag=a\nb", ["quotes"]),
        ("difficulty>=hard", ["takes = or !=, not '>='"]),
        ("root==Health", ["not '=='"]),
        ("judge=7", ["takes >= or <= or > or <, not '='"]),
        ("judge>=high", ["'high' is no score", "from 1 to 10"]),
        ("judge>=11", ["no score"]),
        ("judge<nan", ["no score"]),
        ("judge>=0.7", ["no score"]),
    ],
)
def test_what_says_nothing_is_refused_in_one_line(text: str, words: list[str]) -> None:
    with pytest.raises(SelectionFault) as caught:
        parse_rule(text)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


_TAGS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).map(str.strip).filter(bool)
_SIGNS = st.sampled_from(["=", "!="])
RULES = st.one_of(
    st.builds(NameRule, st.sampled_from(["root", "tag"]), _SIGNS, st.lists(_TAGS, min_size=1, unique=True).map(tuple)),
    *(
        st.builds(
            NameRule, st.just(field), _SIGNS, st.lists(st.sampled_from(known), min_size=1, unique=True).map(tuple)
        )
        for field, known in (("task", TASKS), ("language", LANGUAGES), ("difficulty", DIFFICULTIES))
    ),
    st.builds(ScoreRule, st.sampled_from([">=", "<=", ">", "<"]), st.floats(1, 10)),
)


@FIXED
@given(rule=RULES)
def test_the_text_of_a_rule_is_parsed_as_the_same_rule(rule: NameRule | ScoreRule) -> None:
    assert parse_rule(str(rule)) == rule


@FIXED
@given(entries=ENTRIES, field=st.sampled_from(["root", "tag"]), names=st.sampled_from(["Health", '健康,"Art, Law"']))
def test_a_rule_and_its_opposite_share_all_there_is(entries: list[Entry], field: str, names: str) -> None:
    holds, opposite = parse_rule(f"{field}={names}"), parse_rule(f"{field}!={names}")
    assert all(holds.keeps(entry) != opposite.keeps(entry) for entry in entries)
