"""Tests of the text composer: determinism, purity, variety and the feature round trip."""

import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from condor.runtime.rehearsal.writer import (
    FEATURES,
    TASKS,
    detect,
    find_subject,
    propose_children,
    propose_roots,
    write_answer,
    write_critique,
    write_questions,
    write_refinement,
)
from condor.runtime.rehearsal.writer.features import named_features
from condor.runtime.rehearsal.writer.language import get_language

from writer_samples import LANGUAGES, MARKER, THEMES, asked, grown, run_all, sampled

DIFFICULTIES = ("easy", "medium", "hard")
CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]")
HALF_WIDTH = re.compile(r"[,;?!()]|[\u4e00-\u9fff][.:]|\"")
FENCE = re.compile(r"```.*?```", re.DOTALL)
PREAMBLE = re.compile(
    r"\b(improved|revised|refined|rewritten|previous|earlier) (answer|version|response)|critique|feedback|here is the"
    r"|改进后|修改后|上一个回答|根据反馈|批评意见",
    re.IGNORECASE,
)
ROUGH = (
    re.compile(r"\b(\w+) \1\b", re.IGNORECASE),
    re.compile(r"\ba (?!one-|use|uni|eu)[aeio]\w", re.IGNORECASE),
    re.compile(r"\ban [bcdfgjklmnpqrstvwxyz]\w", re.IGNORECASE),
    re.compile(r"[^.]\.\.(?!\.)|\?\?|,,| ,| \.(?!\w)|\{|\}"),
    re.compile(r"(?:^|[.?!] )[a-z]", re.MULTILINE),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_state_same_text(language: str) -> None:
    random.seed(1)
    first = run_all(language, 5)
    state = random.getstate()
    assert run_all(language, 5) == first
    assert run_all(language, 6) != first
    assert random.getstate() == state


def test_same_text_in_another_process() -> None:
    """Hash randomisation differs between processes and must not show."""
    code = "import writer_samples as s; print([s.run_all(lang, 5) for lang in s.LANGUAGES])"
    here = Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=here,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(here), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_is_pure(language: str) -> None:
    rng = random.Random(2)
    texts = list(sampled(language, 400))
    for question in sampled(language, 400):
        answer = write_answer(question, language, rng.random(), rng)
        notes = write_critique(question, answer, language, rng)
        texts += [answer, *notes.values()]
        weaknesses, suggestions = notes["weaknesses"], notes["suggestions"]
        texts.append(write_refinement(question, answer, weaknesses, suggestions, language, 1.0, rng))
    for text in texts:
        if language == "en":
            assert not CJK.search(text), text
            continue
        assert not LATIN.search(text), text
        assert not HALF_WIDTH.search(FENCE.sub("", text)), text


def test_english_reads_cleanly() -> None:
    """No doubled words, wrong articles, missing capitals or stray marks outside code and tables."""
    rng = random.Random(4)
    for question in sampled("en", 500):
        for text in (question, write_answer(question, "en", 1.0, rng)):
            prose = "\n".join(
                line for line in FENCE.sub("", text).split("\n") if line[:1].isupper() or line[:2] == "- "
            )
            for rough in ROUGH:
                found = rough.search(prose)
                assert found is None, (found, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_distinct_and_name_their_leaf(language: str) -> None:
    seen: dict[str, tuple[str, str]] = {}
    repeats = 0
    found = 0
    for leaf, task, _, question in asked(language):
        repeats += seen.setdefault(question, (leaf, task)) != (leaf, task)
        assert leaf in question
        found += find_subject(question, language) == leaf
    assert repeats < len(asked(language)) * 0.01
    assert found > len(asked(language)) * 0.99


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_task_has_patterns_of_every_difficulty(language: str) -> None:
    banks = get_language(language).text
    for task in TASKS:
        questions = write_questions(THEMES[language], task, [], language, random.Random(1))
        assert tuple(questions) == DIFFICULTIES
        for difficulty in DIFFICULTIES:
            assert len(set(banks[f"{task}.{difficulty}"])) >= 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_difficulties_differ_in_length_and_form(language: str) -> None:
    lengths: dict[str, list[int]] = {difficulty: [] for difficulty in DIFFICULTIES}
    for _, _, difficulty, question in asked(language):
        lengths[difficulty].append(len(question))
    means = [sum(values) / len(values) for values in lengths.values()]
    assert means[0] * 1.5 < means[1]
    assert means[1] * 1.2 < means[2]
    texts = [question for *_, question in asked(language)]
    for part in ("```", "\n- ", "\n1. ", "| --- |"):
        assert sum(part in text for text in texts) > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_material_questions_contain_material(language: str) -> None:
    for _, task, difficulty, question in asked(language):
        if task == "given_material_processing":
            assert "\n" in question
            if difficulty != "easy":
                assert re.search(r"^(?:> |\||[-*] |\*\*|```)", question, re.MULTILINE), question


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_avoid_the_examples(language: str) -> None:
    first = write_questions(THEMES[language], "view", [], language, random.Random(8))
    second = write_questions(THEMES[language], "view", list(first.values()), language, random.Random(8))
    assert not set(first.values()) & set(second.values())


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="task"):
        write_questions(["A"], "singing", [], "en", random.Random(1))
    with pytest.raises(ValueError, match="language"):
        propose_roots("fr", [], 1, random.Random(1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_from_odd_themes(language: str) -> None:
    for theme in ([], [""], ["sourdough starters"], ["a", "旧书 {leaf}"], ["x" * 400], [MARKER]):
        for task in TASKS:
            for question in write_questions(theme, task, [], language, random.Random(1)).values():
                assert question.strip()
                assert MARKER not in question
    lower = write_questions(["food", "sourdough starters"], "view", [], "en", random.Random(1))
    assert {find_subject(question, "en") for question in lower.values()} == {"sourdough starters"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_features_round_trip(language: str) -> None:
    known = get_language(language)
    rng = random.Random(6)
    for question in sampled(language, 500):
        for quality, count in ((1.0, 6), (0.5, 3), (0.0, 1)):
            answer = write_answer(question, language, quality, rng)
            assert len(detect(answer, language)) == count, answer
            assert known.min_units <= known.units(answer) <= known.max_units
            assert find_subject(question, language).lower() in answer.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_to_different_questions_differ(language: str) -> None:
    answers = Counter(write_answer(q, language, 0.0, random.Random(1)) for q in set(sampled(language, 3000)))
    assert max(answers.values()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_critique_names_what_is_there_and_what_is_not(language: str) -> None:
    rng = random.Random(9)
    for question in sampled(language, 200):
        answer = write_answer(question, language, rng.random(), rng)
        notes = write_critique(question, answer, language, rng)
        assert tuple(notes) == ("strengths", "weaknesses", "suggestions")
        missing = set(FEATURES) - detect(answer, language)
        assert missing <= named_features(notes["weaknesses"], language)
        assert missing <= named_features(notes["suggestions"], language)
        for text in notes.values():
            assert len(re.findall(r"[.。]", text)) >= 2, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_critique_of_nothing_and_of_too_little(language: str) -> None:
    for answer in ("", "?", MARKER):
        notes = write_critique("", answer, language, random.Random(1))
        assert all(text.strip() for text in notes.values())
    short = write_critique("", "No.", language, random.Random(1))["weaknesses"]
    assert get_language(language).patterns["regex.named.length"].search(short)


@pytest.mark.parametrize("language", LANGUAGES)
def test_critique_banks_name_their_feature(language: str) -> None:
    banks = get_language(language).text
    for feature in FEATURES:
        for entry in banks[f"weakness.{feature}"] + banks[f"suggestion.{feature}"]:
            assert feature in named_features(entry, language), entry


@pytest.mark.parametrize("language", LANGUAGES)
def test_refinement_closes_the_named_gaps(language: str) -> None:
    rng = random.Random(12)
    for question in sampled(language, 300):
        answer = write_answer(question, language, rng.random(), rng)
        notes = write_critique(question, answer, language, rng)
        refined = write_refinement(question, answer, notes["weaknesses"], notes["suggestions"], language, 1.0, rng)
        assert detect(refined, language) == set(FEATURES)
        assert refined != answer
        assert all(line in refined for line in answer.split("\n"))
        assert not PREAMBLE.search(refined), refined


@pytest.mark.parametrize("language", LANGUAGES)
def test_refinement_closes_a_share_at_low_quality(language: str) -> None:
    rng = random.Random(13)
    for question in sampled(language, 100):
        answer = write_answer(question, language, 0.0, rng)
        notes = write_critique(question, answer, language, rng)
        refined = write_refinement(question, answer, notes["weaknesses"], notes["suggestions"], language, 0.4, rng)
        assert len(detect(refined, language)) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_later_rounds_extend_without_repeating(language: str) -> None:
    rng = random.Random(14)
    for question in sampled(language, 60):
        text = write_answer(question, language, 0.5, rng)
        for _ in range(5):
            notes = write_critique(question, text, language, rng)
            longer = write_refinement(question, text, notes["weaknesses"], notes["suggestions"], language, 1.0, rng)
            assert len(longer) > len(text)
            text = longer
        paragraphs = [part for part in text.split("\n\n") if len(part) > 20]
        assert max(Counter(paragraphs).values()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_growth(language: str) -> None:
    tags = [tag for path in grown(language) for tag in path]
    limit = get_language(language).tags.max_length
    assert len(set(tags)) > 4000
    assert max(map(len, tags)) <= limit
    for path in grown(language):
        assert len({tag.casefold() for tag in path}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_growth_of_unknown_roots(language: str) -> None:
    roots = [f"{name}{number}" for number in range(40) for name in (["Topic "] if language == "en" else ["题目"])]
    rng = random.Random(1)
    tags = set(roots)
    for root in roots:
        for child in propose_children([root], [], 6, language, rng):
            tags |= {child, *propose_children([root, child], [], 18, language, rng)}
    assert len(tags) > 4000


@pytest.mark.parametrize("language", LANGUAGES)
def test_roots_never_run_dry_before_300(language: str) -> None:
    rng = random.Random(1)
    existing: list[str] = []
    for _ in range(30):
        new = propose_roots(language, [tag.upper() for tag in existing], 10, rng)
        assert len(new) == 10
        existing += new
    assert len({tag.casefold() for tag in existing}) == 300
    assert len(get_language(language).tags.themes) >= 70
    assert len(set(get_language(language).tags.facets)) >= 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_children_are_new_and_do_not_nest(language: str) -> None:
    rng = random.Random(1)
    path = [THEMES[language][0]]
    for _ in range(6):
        first = propose_children(path, [], 12, language, rng)
        more = propose_children(path, [tag.upper() for tag in first], 12, language, rng)
        assert not {tag.casefold() for tag in first + more} & {tag.casefold() for tag in path}
        assert not set(first) & set(more)
        path.append(first[0])
    assert "History of History" not in " ".join(path)
