"""The stand-in's judge of questions and of tags: readable verdicts that follow what is looked at, with reasons."""

import json
import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.knowledge.tasks import tasks_for
from condor.programs import CondorAdapter
from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.rehearsal.writer import (
    propose_children,
    propose_roots,
    write_question_scores,
    write_questions,
    write_tag_scores,
)
from condor.runtime.rehearsal.writer.aspects import ASPECTS, complaints
from condor.signatures.judge import ScoreQuestions, ScoreTags
from condor.vocabulary import LANGUAGE_NAMES, TASKS, Language

from writer_samples import grown

LANGUAGES: tuple[Language, ...] = ("en", "zh")
FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)
SCORES_OF_QUESTIONS = ["relevance", "self_containment", "difficulty_spread", "task_fit"]
SCORES_OF_TAGS = ["fit", "granularity", "distinctness", "coverage"]


def reply(signature: type, **inputs: object) -> str:
    messages = CondorAdapter().format(signature, [], inputs)
    return compose([(message["role"], message["content"]) for message in messages], RehearsalSettings()).text


def question_means(language: Language, wanted: frozenset[str]) -> dict[str, float]:
    scores = []
    for number, path in enumerate(random.Random(3).sample(grown(language), 70)):
        task = TASKS[number % len(TASKS)]
        questions = write_questions(list(path), task, [], language, random.Random(number), wanted)
        rng = random.Random(number)
        scores.append(write_question_scores(path, task, list(questions.values()), language, rng)[1])
    return {name: statistics.fmean(score[name] for score in scores) for name in SCORES_OF_QUESTIONS}


def tag_means(language: Language, wanted: frozenset[str]) -> dict[str, float]:
    scores = []
    for number, path in enumerate(random.Random(3).sample(grown(language), 70)):
        above = list(path[: 1 + number % 2])
        tags = propose_children(above, [], 8, language, random.Random(number), wanted)
        scores.append(write_tag_scores(above, tags, language, random.Random(number))[1])
    return {name: statistics.fmean(score[name] for score in scores) for name in SCORES_OF_TAGS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_that_bring_what_is_wanted_score_better_for_it(language: Language) -> None:
    usual = question_means(language, frozenset())
    assert 5 < statistics.fmean(usual.values()) < 8
    for aspect, score in (("context", "self_containment"), ("spread", "difficulty_spread")):
        assert question_means(language, frozenset({aspect}))[score] > usual[score] + 1
    best = question_means(language, frozenset(ASPECTS["questions"]))
    assert statistics.fmean(best.values()) > statistics.fmean(usual.values()) + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_tags_that_are_chosen_with_care_score_better(language: Language) -> None:
    usual = tag_means(language, frozenset())
    best = tag_means(language, frozenset(ASPECTS["tags"]))
    assert best["granularity"] > usual["granularity"] + 0.5
    assert statistics.fmean(best.values()) > statistics.fmean(usual.values()) + 0.5


def test_what_is_wanted_of_tags_is_what_is_chosen() -> None:
    for wanted in ({"distinct"}, {"granular"}, {"distinct", "granular"}):
        for path in (["Food and Cooking"], ["Travel", "Backpacking"], []):
            tags = propose_children(path, ["Baking"], 8, "en", random.Random(1), frozenset(wanted))
            assert len({tag.casefold() for tag in tags} - {"baking"}) == 8
    narrow = propose_children(["Food and Cooking"], [], 8, "en", random.Random(1), frozenset({"granular"}))
    assert all(" " in tag for tag in narrow)


def test_an_overlapping_a_foreign_and_a_broad_set_of_tags_score_worse() -> None:
    path = ["Food and Cooking", "Baking"]
    good = ["Sourdough Baking Starters", "Wedding Cake Design", "Oven Temperature Control", "Gluten-Free Baking Flour"]

    def score(tags: list[str], name: str) -> float:
        return statistics.fmean(write_tag_scores(path, tags, "en", random.Random(n))[1][name] for n in range(20))

    alike = ["Baking Bread at Home", "Baking Breads at Home", "Baking Bread in the Home", "Home Baking Bread"]
    assert score(good, "distinctness") > score(alike, "distinctness") + 3
    assert score(good, "granularity") > score(["Baking", "Food", "Ovens", "Cake"], "granularity") + 4
    assert score(good, "fit") > score(["Jury Duty Forms", "Glacier Maps", "Stoic Virtue", "Chess Plans"], "fit") + 3


def test_questions_that_name_no_theme_and_are_all_alike_score_worse() -> None:
    theme, task = ("Food", "Bread", "Sourdough"), "domain_knowledge_qa"
    good = write_questions(list(theme), task, [], "en", random.Random(1), frozenset(ASPECTS["questions"]))
    bad = ["How is it done?", "How is it really done?", "How is that done?"]
    for name in ("relevance", "self_containment", "difficulty_spread"):
        better, worse = (
            statistics.fmean(
                write_question_scores(theme, task, found, "en", random.Random(n))[1][name] for n in range(9)
            )
            for found in (list(good.values()), bad)
        )
        assert better > worse + 4, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_name_in_words_what_is_missing(language: Language) -> None:
    theme = grown(language)[0]
    question = {"en": "What is it?", "zh": "这是什么？"}[language]
    reason = write_question_scores(theme, "view", [question] * 3, language, random.Random(1))[0]
    assert len(complaints(reason, ASPECTS["questions"])) >= 1
    word = {"en": "Bread", "zh": "面包"}[language]
    reason = write_tag_scores([word], [word, f"{word}s", word], language, random.Random(1))[0]
    assert set(complaints(reason, ASPECTS["tags"])) == {"distinct", "granular"}


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@FIXED
@given(texts=st.lists(TEXT, min_size=0, max_size=5), task=st.sampled_from(TASKS), language=st.sampled_from(LANGUAGES))
def test_any_work_gets_a_readable_verdict(texts: list[str], task: str, language: Language) -> None:
    name = LANGUAGE_NAMES[language]
    known = tasks_for(language)
    described = next(f"{found.title}: {found.description}" for key, found in known.items() if key == task)
    asked = {"theme": ["a", *texts], "task": described, "questions": texts, "language": name}
    first = reply(ScoreQuestions, **asked)
    assert first == reply(ScoreQuestions, **asked)
    scored = CondorAdapter().parse(ScoreQuestions, first)
    assert list(scored["scores"].model_dump()) == SCORES_OF_QUESTIONS
    tagged = CondorAdapter().parse(ScoreTags, reply(ScoreTags, path=texts, tags=texts, language=name))
    assert list(tagged["scores"].model_dump()) == SCORES_OF_TAGS
    assert scored["reason"]
    assert tagged["reason"]


def test_scores_of_root_tags_are_written_as_one_json_object() -> None:
    tags = propose_roots("en", [], 8, random.Random(1))
    text = reply(ScoreTags, path=[], tags=tags, language="English")
    scores = json.loads(text.partition("[[ ## scores ## ]]\n")[2].partition("\n")[0])
    assert scores["granularity"] > 6
