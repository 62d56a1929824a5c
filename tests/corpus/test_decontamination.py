"""Passages that stand in a benchmark: found wherever and however they are set, and never where they are not."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.corpus import grams
from condor.corpus.benchmark_files import BenchmarkItem
from condor.corpus.decontamination import BenchmarkFigures, Benchmarks, CheckedText
from condor.corpus.folding import HAN, WORD

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)

EN = "a baker sells forty loaves before noon and half as many after it how many are left when the shop shuts"
ZH = (
    "小明家里养了三十六只鸡和鸭，其中鸡比鸭多八只，后来妈妈又从集市上买回来一些鹅，"
    "请问现在他们家一共有多少只家禽，鸡和鸭各有多少只？"
)


def benchmark(*texts: str) -> Benchmarks:
    return Benchmarks(BenchmarkItem("b.jsonl", number, (text,)) for number, text in enumerate(texts, start=1))


def test_what_matched_what_is_told():
    known = benchmark("Nothing of this is said anywhere else in the world of bread and butter, or so.", EN)
    texts = [
        CheckedText("q1", "question", "Is it so?"),
        CheckedText("q1", "answer", f"Well: {EN.upper()}! Indeed."),
    ]
    ((text, found),) = known.find_all(texts)
    assert text == texts[1]
    assert (found.file, found.record, found.length, found.unit) == ("b.jsonl", 2, 21, "words")
    assert found.passage == EN
    assert found.rejection.rule == "contaminated"
    assert found.rejection.figure == 21
    assert found.rejection.detail == f"answer: 21 words in a row stand in b.jsonl, record 2: {EN}"


def test_twelve_words_of_a_longer_item_are_no_passage_and_thirteen_are():
    words, known = EN.split(), benchmark(EN)
    assert known.find(" ".join(words[3:15])) is None
    found = known.find(f"so {' '.join(words[3:16])} so")
    assert found is not None
    assert (found.length, found.passage) == (13, " ".join(words[3:16]))


def test_fifty_characters_of_chinese_are_a_passage_and_forty_nine_are_not():
    bare = "".join(char for char in ZH if char not in "，？")
    known = benchmark(ZH)
    assert known.find(f"问：{bare[3:52]}。") is None
    found = known.find(f"问：{bare[3:20]}\n{bare[20:53]}。")
    assert found is not None
    assert (found.length, found.unit, found.passage) == (50, "characters", bare[3:53])


def test_a_mixed_text_is_checked_both_ways():
    known = benchmark(EN, ZH)
    chinese = known.find(f"Please solve this for my class: {ZH} Thank you very much indeed.")
    english = known.find(f"请翻译下面这段话：{EN}。谢谢！")
    assert chinese is not None
    assert english is not None
    assert (chinese.record, chinese.unit, english.record, english.unit) == (2, "characters", 1, "words")


def test_a_chinese_character_among_english_words_parts_no_passage():
    text = "the sign over the door shows the character 猫 which everyone in the village reads as a joke"
    found = benchmark(text).find(f"He said that {text.replace('猫', '“猫”')}.")
    assert found is not None
    assert found.length == 18


def test_a_short_item_is_matched_whole_or_not_at_all():
    known = benchmark(
        "Which river runs through the old town of Bern?", "下列哪一项最能说明光合作用发生的主要场所是叶绿体"
    )
    assert known.find("Tell me, which river runs through the old town of Bern, and why?") is not None
    assert known.find("Which river runs through the old town of Basel?") is None
    assert known.find("请问：下列哪一项最能说明光合作用发生的主要场所是叶绿体？") is not None
    assert known.find("下列哪一项最能说明光合作用发生的主要场所是线粒体") is None


def test_what_is_too_short_or_says_nothing_is_counted_and_matches_no_passage():
    numbers = " ".join(map(str, range(40)))
    known = benchmark("42", "None of the above", "以上都不对", numbers, EN)
    assert known.figures == (BenchmarkFigures("b.jsonl", 5, 4),)
    assert known.find(f"None of the above is 42. 以上都不对 {numbers}") is None


def test_a_question_that_is_a_short_item_is_found_and_one_that_holds_it_is_not():
    known = benchmark(EN, "What is the capital of France?", "鲁迅的原名是什么？", "What is C++?")
    found = known.find("what is  the capital of FRANCE")
    assert found is not None
    assert (found.record, found.whole, found.length, found.unit) == (2, True, 6, "words")
    chinese = known.find("“鲁迅的原名”是什么")
    assert chinese is not None
    assert (chinese.record, chinese.length, chinese.unit) == (3, 8, "characters")
    for text in ("What is C#?", "What is the capital of France, and why?", "请问鲁迅的原名是什么？"):
        assert known.find(text) is None
    question = CheckedText("q1", "question", "What is the capital of France?")
    answer = CheckedText("q2", "answer", "What is the capital of France?")
    ((text, found),) = known.find_all([answer, question])
    assert text == question
    assert found.rejection.detail == "question: all of its 6 words are b.jsonl, record 2: what is the capital of france"


def test_a_short_text_beside_a_long_one_is_compared_too():
    item = BenchmarkItem("b.jsonl", 7, ("Which gas do plants take in?", EN))
    known = Benchmarks([item])
    assert known.figures == (BenchmarkFigures("b.jsonl", 1, 0),)
    found = known.find("Which gas do plants take in?")
    assert found is not None
    assert (found.record, found.whole) == (7, True)


def test_of_several_records_the_first_is_named():
    found = benchmark(f"Another beginning: {EN}", EN).find(EN)
    assert found is not None
    assert found.record == 1


def test_equal_hashes_are_no_match(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "condor.corpus.passages.hash_runs",
        lambda values, length: np.zeros(max(0, len(values) - length + 1), dtype=np.uint64),
    )
    monkeypatch.setattr(
        grams, "hash_runs", lambda values, length: np.zeros(max(0, len(values) - length + 1), dtype=np.uint64)
    )
    known = benchmark(EN, ZH)
    other = "there is nothing in these words that was ever asked in the one about bread and loaves at noon"
    assert known.find(other) is None
    assert known.find(f"{other} {EN}") is not None


def test_files_of_one_name_are_told_apart(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "test.txt").write_text(f"{name} {EN}\n", encoding="utf-8")
    known = Benchmarks.load([str(tmp_path / "one" / "test.txt"), str(tmp_path / "two" / "test.txt")])
    assert [figures.file for figures in known.figures] == ["one/test.txt", "two/test.txt"]


ENGLISH = st.lists(st.text("abcdefgh", min_size=2, max_size=6), min_size=13, max_size=30)
CHINESE = st.text([chr(point) for point in range(0x4E00, 0x4E40)], min_size=50, max_size=80)
AROUND = st.lists(st.sampled_from(["zebra", "yacht", "x", "7", "问", "猫狗", "\n"]), max_size=30).map(" ".join)
PUNCTUATION = st.sampled_from([" ", ", ", "\n\n", " — ", "... ", " **", "”，“", "\u3000", " \u200b"])


@FIXED
@given(ENGLISH, AROUND, AROUND, st.data())
def test_planted_words_are_always_found(words: list[str], before: str, after: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(words) - 13))
    passage = words[start : data.draw(st.integers(start + 13, len(words)))]
    text = "".join(
        data.draw(st.sampled_from([word, word.upper(), word.title()])) + data.draw(PUNCTUATION) for word in passage
    )
    found = benchmark("one that has no word in common with any", " ".join(words)).find(f"{before} {text} {after}")
    assert found is not None
    assert (found.record, found.unit) == (2, "words")
    assert found.length >= len(passage)
    assert " ".join(passage) in found.passage


@FIXED
@given(CHINESE, AROUND, AROUND, st.data())
def test_planted_chinese_is_always_found(chars: str, before: str, after: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(chars) - 50))
    passage = chars[start : start + 50]
    text = "".join(char + data.draw(st.sampled_from(["", "", "，", "\n"])) for char in passage)
    found = benchmark(chars).find(before + text + after)
    assert found is not None
    assert found.unit == "characters"
    assert passage in found.passage


@FIXED
@given(st.lists(st.sampled_from(EN.split()), max_size=60), st.text(ZH, max_size=100))
def test_what_shares_no_run_is_never_found(words: list[str], chars: str):
    item = EN.split()
    runs = {tuple(item[at : at + 13]) for at in range(len(item) - 12)}
    if not any(tuple(words[at : at + 13]) in runs for at in range(len(words))):
        assert benchmark(EN).find(" ".join(words)) is None
    bare = chars.replace("，", "").replace("？", "")
    whole = ZH.replace("，", "").replace("？", "")
    if not any(bare[at : at + 50] in whole for at in range(max(0, len(bare) - 49))):
        assert benchmark(ZH).find(chars) is None


@given(st.text(st.one_of(st.characters(), st.sampled_from("a啊豈\U00020000 \u3000\n-"))))
@settings(deadline=None)
def test_a_word_is_a_chinese_character_or_what_holds_none_and_no_white_space(text: str) -> None:
    assert WORD.findall(text) == re.findall(rf"{HAN.pattern}|(?:(?!{HAN.pattern})\S)+", text)
