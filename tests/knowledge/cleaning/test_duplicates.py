"""Tags of one topic are found, tags of two are left apart, and the threshold lies between them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condor.knowledge.cleaning import (
    MIN_SHINGLE_SHARE,
    DuplicateIndex,
    Likeness,
    MeaningIndex,
    TagWords,
    find_duplicates,
    jaccard,
    likeness,
)

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=300)

ONE_TOPIC = [
    ("Machine Learning", "machine-learning", "words"),
    ("Machine Learning", "MACHINE LEARNING", "exact"),
    ("The Middle Ages", "Middle Ages", "words"),
    ("Food & Drink", "Food and Drink", "words"),
    ("Women's Health", "Womens Health", "words"),
    ("Neural Network", "Neural Networks", "words"),
    ("Privacy Policy", "Privacy Policies", "words"),
    ("Colour Theory", "Color Theory", "words"),
    ("Organisational Behaviour", "Organizational Behavior", "words"),
    ("Bread Baking", "Baking Bread", "order"),
    ("Soups and Stews", "Stews and Soups", "order"),
    ("Environmental Policy", "Enviromental Policy", "letters"),
    ("Renaissance Architecture", "Renaissence Architecture", "letters"),
    ("机器学习", "机器学习。", "words"),
    ("机器学习的历史", "机器学习历史", "words"),
    ("茶与咖啡", "茶和咖啡", "words"),
    ("AI伦理", "AI 伦理", "words"),
    ("人工智能辅助诊断系统临床应用评估", "人工智能辅助诊断系统的临床应用评估", "words"),
    ("青少年课外阅读兴趣培养与家庭教育环境建设", "青少年课外阅读兴趣培养与家庭教育环境建构", "letters"),
]
TWO_TOPICS = [
    ("World War I", "World War II"),
    ("C", "C++"),
    ("C++", "C#"),
    ("Vitamin C", "Vitamin D"),
    ("5G Networks and Mobile Telephony", "4G Networks and Mobile Telephony"),
    ("Rome", "Roma"),
    ("News", "New"),
    ("History of Science", "Science of History"),
    ("Organic Chemistry", "Inorganic Chemistry"),
    ("Male Fertility Treatment Options", "Female Fertility Treatment Options"),
    ("Microeconomics Textbooks", "Macroeconomics Textbooks"),
    ("Craft Beer Brewery Tours and Tastings", "Craft Beer Brewer Tours and Tastings"),
    ("Memory for Older Adults", "Memoirs for Older Adults"),
    ("resume", "résumé"),
    ("第一次世界大战", "第二次世界大战"),
    ("高等数学", "初等数学"),
    ("中国古代历史文化名城保护与旅游开发研究概论", "中国近代历史文化名城保护与旅游开发研究概论"),
    ("金属材料", "非金属材料"),
    ("智能", "智慧"),
]


@pytest.mark.parametrize(("one", "other", "why"), ONE_TOPIC)
def test_tags_of_one_topic_merge_whichever_comes_first(one: str, other: str, why: str):
    for first, second in ((one, other), (other, one)):
        ((position, match),) = find_duplicates([first, second])
        assert (position, match.number, match.likeness.why) == (1, 0, why)
        assert MIN_SHINGLE_SHARE <= match.likeness.score <= 1


@pytest.mark.parametrize(("one", "other"), TWO_TOPICS)
def test_tags_of_two_topics_stay_two(one: str, other: str):
    assert likeness(TagWords.of(one), TagWords.of(other)) is None
    assert list(find_duplicates([one, other])) == []
    assert list(find_duplicates([other, one])) == []


def test_the_score_of_letters_is_the_share_of_character_pairs():
    one, other = TagWords.of("Environmental Policy"), TagWords.of("Enviromental Policy")
    found = likeness(one, other)
    assert found == Likeness("letters", jaccard(one.shingles, other.shingles))
    assert found is not None
    assert found.score < 1


def test_the_sketch_finds_among_many_what_comparing_with_all_finds():
    rng = random.Random(3)
    letters = "abcdefghijklmnopqrstuvwxyz"
    tags = [" ".join("".join(rng.choices(letters, k=9)) for _ in range(3)) for _ in range(800)]
    slips = [tag[:-2] + tag[-1] for tag in tags]
    index = DuplicateIndex()
    for number, tag in enumerate(tags):
        index.add(number, tag)
    alike = [n for n, slip in enumerate(slips) if likeness(TagWords.of(slip), TagWords.of(tags[n]))]
    found = [n for n in alike if (match := index.find(slips[n])) and match.number == n]
    assert len(alike) > 700
    assert len(found) >= 0.97 * len(alike)


def test_of_several_the_first_is_found():
    assert [(n, match.number) for n, match in find_duplicates(["Tea", "tea", "Coffee", "TEA", "coffees"])] == [
        (1, 0),
        (3, 0),
        (4, 2),
    ]


@FIXED
@given(one=st.text(max_size=20), other=st.text(max_size=20))
def test_likeness_goes_both_ways_and_every_tag_is_like_itself(one: str, other: str):
    first, second = TagWords.of(one), TagWords.of(other)
    assert likeness(first, second) == likeness(second, first)
    assert likeness(first, first) == Likeness("words", 1.0)


def test_the_nearest_meaning_is_found_where_it_is_near_enough():
    index = MeaningIndex(0.9)
    index.add(7, "Rome", [1.0, 0.0])
    index.add(8, "Paris", [0.0, 2.0])
    match = index.find("Roma", [3.0, 0.3])
    assert match is not None
    assert (match.number, match.likeness.why) == (7, "meaning")
    assert match.likeness.score == pytest.approx(0.995, abs=1e-3)
    assert index.find("Lyon", [1.0, 1.0]) is None


def test_numbers_must_agree_whatever_the_cosine_says():
    index = MeaningIndex(0.9)
    index.add(1, "World War I", [1.0, 0.01])
    index.add(2, "The Great War II", [1.0, 0.1])
    match = index.find("World War II", [1.0, 0.0])
    assert match is not None
    assert match.number == 2


def test_a_meaning_index_grows_beyond_its_first_size():
    index = MeaningIndex()
    rng = random.Random(0)
    rows = [[rng.gauss(0, 1) for _ in range(16)] for _ in range(1100)]
    for number, row in enumerate(rows):
        index.add(number, f"tag {'x' * (number % 7)}", row)
    match = index.find("tag", rows[1050])
    assert match is not None
    assert match.number == 1050
