"""The two stages that grow the tree, one call each."""

import json

import pytest

from condor.programs import ExpandTag, ProposeRoots
from condor.vocabulary import LANGUAGE_NAMES


def test_root_tags_come_back_as_the_model_wrote_them(scripted, fields, run) -> None:
    script = scripted(fields(tags='["Health", " health ", "", "1. Work"]'))
    with script.context():
        assert run(ProposeRoots(), "en", ("Food",), 4) == ("Health", " health ", "", "1. Work")


def test_sub_tags_come_back_as_the_model_wrote_them(scripted, fields, run) -> None:
    script = scripted(fields(tags='```json\n["绿茶", "红茶"]\n```'))
    with script.context():
        assert run(ExpandTag(), ("饮食", "茶"), (), 2, "zh") == ("绿茶", "红茶")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_root_tags_are_asked_for_with_what_stands_and_how_many(obedient, inputs_of, run, language) -> None:
    with obedient.context():
        run(ProposeRoots(), language, ("Food", "茶"), 7)
    given = inputs_of(obedient.requests[0])
    assert json.loads(given.pop("existing")) == ["Food", "茶"]
    assert given == {"language": LANGUAGE_NAMES[language], "count": "7"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sub_tags_are_asked_for_with_the_whole_path(obedient, inputs_of, run, language) -> None:
    with obedient.context():
        run(ExpandTag(), ("Food", "Tea", "Green tea"), ("Sencha",), 3, language)
    given = inputs_of(obedient.requests[0])
    assert json.loads(given.pop("path")) == ["Food", "Tea", "Green tea"]
    assert json.loads(given.pop("existing")) == ["Sencha"]
    assert given == {"language": LANGUAGE_NAMES[language], "count": "3"}


def test_no_tags_at_all_are_an_empty_reply(scripted, fields, run) -> None:
    script = scripted(fields(tags="[]"))
    with script.context():
        assert run(ExpandTag(), ("Food",), (), 2, "en") == ()


@pytest.mark.parametrize("broken", ["- Tea\n- Coffee", '["Tea", "Cof', '[{"tag": "Tea"}]', "[1, 2]", '{"Tea": []}'])
def test_a_list_that_is_none_is_asked_again(scripted, fields, run, broken: str) -> None:
    script = scripted(fields(tags=broken), fields(tags='["Tea"]'))
    with script.context():
        assert run(ExpandTag(), ("Food",), (), 1, "en") == ("Tea",)
    assert len(script.requests) == 2
