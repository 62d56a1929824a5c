"""The stand-in's judge: scores that follow what an answer shows, and a bias that two orders bring to light."""

import itertools
import json
import random
import statistics
from functools import cache

import dspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus.records import Answer, Comparison, Question, Refinement, Verdict
from condor.programs import CondorAdapter, Judge, Refine, Void
from condor.runtime.rehearsal.composer import compose
from condor.runtime.rehearsal.settings import RehearsalSettings
from condor.runtime.rehearsal.writer import find_subject, write_answer, write_comparison, write_scores
from condor.signatures import CompareAnswers, ScoreAnswer
from condor.vocabulary import CRITERIA, LANGUAGE_NAMES, TASKS, Language

from runtime_support import make_cell, rehearsal_model, run_with
from writer_samples import grown, sampled

LANGUAGES: tuple[Language, ...] = ("en", "zh")
DEFAULT = RehearsalSettings()
FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)

QUESTION = {"en": "How do beginners bake Sourdough Bread?", "zh": "初学者怎么做「面包烘焙」？"}


def mean_score(question: str, answer: str, language: str, seed: int = 0) -> float:
    return statistics.fmean(write_scores(question, answer, language, random.Random(seed))[1].values())


def reply(signature: type[dspy.Signature], **inputs: str) -> str:
    messages = CondorAdapter().format(signature, [], inputs)
    return compose([(message["role"], message["content"]) for message in messages], DEFAULT).text


# -- what scores follow ----------------------------------------------------------------------------------------------


@cache
def judged_cells(language: Language) -> tuple[tuple[Verdict | None, Verdict | None, Comparison | None], ...]:
    """200 cells, one question of each: the answer's scores, its refinement's, and the two compared."""
    paths = random.Random(23).sample(grown(language), 200)
    model = rehearsal_model()

    async def life(number: int) -> tuple[Verdict | None, Verdict | None, Comparison | None]:
        cell = make_cell(path=paths[number], task=TASKS[number % len(TASKS)], language=language)
        level = ("easy", "medium", "hard")[number % 3]
        ((question, answer),) = await Void().acall(cell, (level,))
        ((_, refinement),) = await Refine().acall(question, answer)
        return await judge(question, answer, refinement)

    async def judge(question: Question, answer: Answer, refinement: Refinement) -> tuple:
        program = Judge()
        return (
            await program.ascore(question, answer),
            await program.ascore(question, refinement),
            await program.acompare(question, answer, refinement),
        )

    async def work() -> tuple:
        return tuple([await life(number) for number in range(len(paths))])

    return run_with(model, work(), parse_retries=0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refinement_beats_its_draft_clearly_more_often_than_not(language: Language) -> None:
    lives = judged_cells(language)
    assert all(verdict is not None for life in lives for verdict in life)
    winners = [comparison.winner for _, _, comparison in lives if comparison]
    assert winners.count("second") > 150
    assert winners.count("second") < 200  # it is no foregone conclusion
    gains = [after.overall - before.overall for before, after, _ in lives if before and after]
    assert statistics.fmean(gains) > 1
    assert sum(gain > 0 for gain in gains) > 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_scores_spread_over_the_scale(language: Language) -> None:
    drafts = [before.overall for before, _, _ in judged_cells(language) if before]
    assert 4.5 < statistics.fmean(drafts) < 7.5
    assert statistics.stdev(drafts) > 0.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_quality_shows_in_scores_and_pairs(language: str) -> None:
    rng = random.Random(5)
    means: dict[float, list[float]] = {quality: [] for quality in (0.0, 0.3, 0.6, 0.9)}
    wins = 0
    for question in sampled(language, 100):
        answers = {quality: write_answer(question, language, quality, rng) for quality in means}
        for quality, answer in answers.items():
            means[quality].append(mean_score(question, answer, language))
        verdicts = (
            write_comparison(question, answers[0.9], answers[0.3], language, rng)[1],
            write_comparison(question, answers[0.3], answers[0.9], language, rng)[1],
        )
        wins += verdicts == ("A", "B")
    averages = [statistics.fmean(scores) for scores in means.values()]
    assert averages == sorted(averages)
    assert averages[3] - averages[1] > 2
    assert wins > 85


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_answer_has_the_lowest_scores(language: str) -> None:
    for seed in range(20):
        scores = write_scores(QUESTION[language], " \n", language, random.Random(seed))[1]
        assert max(scores.values()) <= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_cut_short_or_drawn_out_scores_worse(language: str) -> None:
    rng = random.Random(8)
    answers = [(question, write_answer(question, language, 0.8, rng)) for question in sampled(language, 60)]
    whole, cut, drawn = (
        statistics.fmean(mean_score(question, make(answer), language) for question, answer in answers)
        for make in (str, lambda answer: answer[:20], lambda answer: "\n\n".join([answer] * 8))
    )
    assert cut < whole - 3
    assert drawn < whole - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_that_says_all_twice_is_less_clear(language: str) -> None:
    rng, once, twice = random.Random(8), [], []
    for question in sampled(language, 60):
        answer = write_answer(question, language, 0.6, rng)
        for scores, text in ((once, answer), (twice, f"{answer}\n\n{answer}")):
            scores.append(write_scores(question, text, language, random.Random(0))[1]["clarity"])
    assert statistics.fmean(once) - statistics.fmean(twice) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_in_another_language_scores_near_the_bottom(language: Language) -> None:
    rng, elsewhere = random.Random(8), "zh" if language == "en" else "en"
    scores = []
    for question in sampled(language, 60):
        foreign = f"{find_subject(question, language)} {write_answer(QUESTION[elsewhere], elsewhere, 0.8, rng)}"
        scores.append(mean_score(question, foreign, language))
    assert statistics.fmean(scores) < 2.6


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_to_another_question_scores_worse(language: str) -> None:
    rng, questions = random.Random(9), sampled(language, 100)
    own, others = [], []
    for question, other in itertools.pairwise(questions):
        answer = write_answer(question, language, 0.8, rng)
        own.append(mean_score(question, answer, language))
        others.append(mean_score(other, answer, language))
    assert statistics.fmean(own) - statistics.fmean(others) > 0.8


def test_the_form_that_was_asked_for_counts() -> None:
    asked = f"{QUESTION['en']} Put your answer into a table."
    kept, broken = [], []
    for seed in range(60):
        answer = write_answer(QUESTION["en"], "en", 0.8, random.Random(seed))
        for scores, ending in ((kept, "| step | time |\n| --- | --- |\n| knead | 5 |"), (broken, "Knead it for 5.")):
            found = write_scores(asked, f"{answer}\n\n{ending}", "en", random.Random(seed))[1]
            scores.append(found["instruction_following"])
    assert statistics.fmean(kept) - statistics.fmean(broken) > 1


# -- the two orders --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_close_pairs_flip_more_often_towards_the_answer_shown_first_and_clear_ones_do_not(language: str) -> None:
    rng = random.Random(6)
    close: list[tuple[str, str]] = []
    clear: list[tuple[str, str]] = []
    for question in sampled(language, 200):
        draft = write_answer(question, language, 0.5, rng)
        for pairs, other in (
            (close, write_answer(question, language, 0.5, rng)),
            (clear, write_answer(question, language, 0.0, rng)),
        ):
            there = write_comparison(question, draft, other, language, rng)[1]
            pairs.append((there, write_comparison(question, other, draft, language, rng)[1]))
    tilts = [pair.count("A") - pair.count("B") for pair in close]
    flips = sum(tilt != 0 for tilt in tilts)
    assert 20 < flips < 120
    assert sum(tilt > 0 for tilt in tilts) > 2 * sum(tilt < 0 for tilt in tilts)
    assert sum(pair.count("A") != pair.count("B") for pair in clear) < flips / 2


# -- replies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_request_gets_the_same_verdict_and_a_changed_one_other_noise(language: Language) -> None:
    question = QUESTION[language]
    answers = [write_answer(question, language, 0.5, random.Random(seed)) for seed in range(30)]
    given_ = [{"question": question, "answer": answer, "language": LANGUAGE_NAMES[language]} for answer in answers]
    replies = [reply(ScoreAnswer, **one) for one in given_]
    assert replies == [reply(ScoreAnswer, **one) for one in given_]
    signature = ScoreAnswer.with_instructions("Grade the answer.")
    assert replies != [reply(signature, **one) for one in given_]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@FIXED
@given(question=TEXT, answers=st.tuples(TEXT, TEXT), language=st.sampled_from(LANGUAGES))
def test_any_texts_get_readable_verdicts(question: str, answers: tuple[str, str], language: Language) -> None:
    common = {"question": question, "language": LANGUAGE_NAMES[language]}
    scored = CondorAdapter().parse(ScoreAnswer, reply(ScoreAnswer, answer=answers[0], **common))
    assert list(scored["scores"].model_dump()) == list(CRITERIA)
    pair = {"answer_a": answers[0], "answer_b": answers[1]}
    compared = CondorAdapter().parse(CompareAnswers, reply(CompareAnswers, **pair, **common))
    assert compared["verdict"] in ("A", "B", "tie")
    assert scored["reason"]
    assert compared["reason"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_are_in_the_language_of_the_request(language: str) -> None:
    rng = random.Random(3)
    for question in sampled(language, 100):
        answers = [write_answer(question, language, rng.random(), rng) for _ in range(2)]
        for reason in (
            write_scores(question, answers[0], language, rng)[0],
            write_comparison(question, answers[0], answers[1], language, rng)[0],
        ):
            chinese = sum("\u4e00" <= char <= "\u9fff" for char in reason)
            assert (chinese > len(reason) / 2) == (language == "zh")
            assert "{" not in reason


def test_the_reason_of_a_comparison_names_the_answer_that_wins() -> None:
    rng = random.Random(4)
    seen = set()
    for question in sampled("en", 100):
        one, other = (write_answer(question, "en", quality, rng) for quality in rng.sample([0.0, 0.5, 1.0], 2))
        reason, verdict = write_comparison(question, one, other, "en", rng)
        seen.add(verdict)
        if verdict != "tie":
            assert f"Answer {verdict}" in reason
    assert {"A", "B"} <= seen


def test_scores_are_written_as_one_json_object() -> None:
    text = reply(ScoreAnswer, question="Why?", answer="Because.", language="English")
    scores = json.loads(text.partition("[[ ## scores ## ]]\n")[2].partition("\n")[0])
    assert list(scores) == list(CRITERIA)
