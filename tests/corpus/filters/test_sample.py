"""The filters on texts that were labelled one by one: what docs/filters.md says of them is what they do."""

from collections import Counter
from pathlib import Path

from condor.vocabulary import LANGUAGES, TASKS

from filter_sample import HELD_OUT, MEASURED, rates_table, read_sample, rehearsed

PAGE = Path(__file__).resolve().parents[3] / "docs" / "filters.md"


def test_the_table_in_the_docs_is_what_the_rules_do() -> None:
    table = rates_table(read_sample(), read_sample(HELD_OUT), rehearsed())
    assert table in PAGE.read_text(encoding="utf-8"), "run docs/filter_rates.py"


def test_the_sample_is_as_varied_as_the_docs_say() -> None:
    sample = read_sample()
    assert len(sample) >= 160
    for language in LANGUAGES:
        of_one = [text for text in sample if text.language == language]
        labels = Counter(text.label for text in of_one)
        assert len(of_one) * 2.2 > len(sample)
        assert labels["good"] >= 40
        assert set(labels) == {"good", *MEASURED}
        assert {text.chain.question.origin.task for text in of_one if text.label == "good"} == set(TASKS)
    texts = [(text.chain.question.text, text.chain.final.text) for text in sample]
    assert len(set(texts)) == len(texts)


def test_the_texts_that_are_held_out_are_half_good_and_of_no_other_sample() -> None:
    held_out = read_sample(HELD_OUT)
    counts = Counter((text.language, text.label == "good") for text in held_out)
    assert len(held_out) >= 60
    assert {counts[language, good] for language in LANGUAGES for good in (True, False)} == {len(held_out) // 4}
    tuned_on = {text.chain.final.text for text in read_sample()}
    assert not tuned_on & {text.chain.final.text for text in held_out}


def test_few_good_texts_are_lost_and_most_faults_are_found() -> None:
    """Not the table again: a change that makes a rule much worse must not pass by writing the table anew."""
    sample = read_sample()
    good = [text for text in sample if text.label == "good"]
    bad = [text for text in sample if text.label != "good"]
    assert sum(bool(text.fired) for text in good) <= len(good) * 0.08
    assert sum(text.label in text.fired for text in bad) >= len(bad) * 0.9
