"""Does an answer break off before its end?"""

import pytest

from condor.corpus.filters.truncated_end import check_truncated_end
from condor.vocabulary import Language

LONG = "The compressor squeezes the coolant until it is hot, and then the valve lets it grow"
LONG_ZH = "压缩机先把制冷剂压得又热又密，背后的管子把这份热量散到空气里，随后液体穿过一个很细的阀门"


@pytest.mark.parametrize(
    ("answer", "language", "why"),
    [
        (LONG, "en", "full stop"),
        (LONG_ZH, "zh", "full stop"),
        (f"{LONG} and", "en", "opens a phrase"),
        (f"{LONG_ZH}并且", "zh", "opens a phrase"),
        ("It is cold,", "en", "ends with ,"),
        ("原因如下：", "zh", "ends with ："),
        ("Done.\n\n## Next", "en", "heading"),
        ("1. One.\n2. Two.\n3.", "en", "item without"),
        ("1. One thing.\n2. Two things.\n3. Three", "en", "others have"),
        ("- 甲。\n- 乙。\n- 丙", "zh", "others have"),
        ("So:\n```python\nx = 1", "en", "code fence"),
        ('{"a": [1, 2', "en", "JSON"),
        ("[\n  {},\n  {", "en", "JSON"),
        ("It helps (as the old gardener", "en", "( is left open"),
        ("它很有用（老园丁说过", "zh", "（ is left open"),
    ],
)
def test_a_text_that_breaks_off_is_rejected(answer: str, language: Language, why: str) -> None:
    rejection = check_truncated_end("Tell me.", answer, language)
    assert rejection is not None
    assert rejection.rule == "truncated_end"
    assert why in rejection.detail
    assert rejection.figure > 0
    assert "\n" not in rejection.detail


@pytest.mark.parametrize(
    ("answer", "language"),
    [
        (f"{LONG}.", "en"),
        (f"{LONG_ZH}。", "zh"),
        (f"**{LONG}.**", "en"),
        ("391", "en"),
        ("George Eliot", "en"),
        ("夏至", "zh"),
        ("- carrots\n- parsnips\n- onions", "en"),
        ("1. 碗\n2. 筷\n3. 勺", "zh"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", "en"),
        ("Here:\n\n```python\nx = (1\n```", "en"),
        ('{"a": "}{["}', "en"),
        ("Grass bends under glass\nthe gate complains in the dark\none leaf still holding on", "en"),
        ("渡口秋风起\n孤舟系晚烟\n归人犹未至\n芦雪满江天", "zh"),
        ("Dear Ana,\n\nThank you for the jam.\n\nYours,\nTom", "en"),
        ("谢谢您的书。\n\n此致\n敬礼\n\n青藤社区图书室\n三月十二日", "zh"),
        ("Wait, don't—", "en"),
        ("The end.\n\n---", "en"),
        ("Smile 🙂", "en"),
        ("Yes, it is", "en"),
        (" ".join(map(str, range(1, 41))), "en"),
        ("It is free. The form is at https://www.example.org/forms/a-long-name-of-a-form?year=2026&part=two", "en"),
        ("a) one (the first)\nb) two", "en"),
        ("To think that it is over :(\nBut it was fun!", "en"),
    ],
)
def test_what_needs_no_full_stop_is_kept(answer: str, language: Language) -> None:
    assert check_truncated_end("Tell me.", answer, language) is None


def test_an_end_that_the_question_dictates_is_one() -> None:
    assert check_truncated_end('End with "over and out", please.', f"{LONG}, over and out", "en") is None
    assert check_truncated_end("以“完毕”结尾，不要标点。", f"{LONG_ZH}，完毕", "zh") is None
