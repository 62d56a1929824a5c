"""The project's own signatures, recognised by their fields, and what the stand-in writes for each."""

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ...knowledge.tasks import tasks_for
from ...vocabulary import TASKS, Language
from .guidance import followed_aspects
from .prompt import Prompt
from .writer import (
    name_topic,
    place_topic,
    propose_children,
    propose_roots,
    write_answer,
    write_comparison,
    write_critique,
    write_question_scores,
    write_questions,
    write_refinement,
    write_scores,
    write_tag_scores,
)
from .writer.aspects import Work

#: Tags proposed in one reply at most, however many are asked for.
_MOST_TAGS = 1000

Fields = dict[str, Any]


class _Task:
    """One request of the project's own.

    Args:
        prompt: what is asked.
        quality: the knob.
        seed: drawn from the request.
        rng: seeded with it.
    """

    def __init__(self, prompt: Prompt, quality: float, seed: int, rng: random.Random) -> None:
        self.prompt = prompt
        self.given = prompt.inputs
        self.quality = quality
        self.rng = rng
        self.language: Language = "zh" if "Chinese" in prompt.inputs.get("language", "") else "en"
        self._seed = seed

    def followed(self, work: Work) -> frozenset[str]:
        """What the prompt gets done beyond what a built-in one would."""
        return followed_aspects(work, self.prompt, self._seed)

    def tags(self) -> Fields:
        digits = "".join(char for char in self.given["count"] if char in "0123456789")
        existing, count = self.prompt.items("existing"), min(int(digits or "1"), _MOST_TAGS)
        path, wanted = self.prompt.items("path") if "path" in self.given else [], self.followed("tags")
        if "path" in self.given:
            return {"tags": propose_children(path, existing, count, self.language, self.rng, wanted)}
        return {"tags": propose_roots(self.language, existing, count, self.rng, wanted)}

    def place(self) -> Fields:
        topic = self.given["topic"]
        return {"root": place_topic(topic, self.prompt.items("roots")), "tag": name_topic(topic)}

    def questions(self) -> Fields:
        theme, examples = self.prompt.items("theme"), self.prompt.items("examples")
        task, wanted = _task_name(self.given["task"], self.language), self.followed("questions")
        return {"questions": write_questions(theme, task, examples, self.language, self.rng, wanted)}

    def answer(self) -> Fields:
        subject, wanted = self.given["question"] or " ".join(self.given.values()), self.followed("answer")
        return {"answer": write_answer(subject, self.language, self.quality, self.rng, wanted)}

    def critique(self) -> Fields:
        question, answer = self.given["question"], self.given["answer"]
        return dict(write_critique(question, answer, self.language, self.rng, self.followed("critique")))

    def refinement(self) -> Fields:
        # A second look does better than the first, by half of what was missing.
        raised, wanted = (1 + self.quality) / 2, self.followed("refinement")
        texts = (self.given[name] for name in ("question", "draft", "weaknesses", "suggestions"))
        return {"answer": write_refinement(*texts, self.language, raised, self.rng, wanted)}

    def scores(self) -> Fields:
        reason, scores = write_scores(self.given["question"], self.given["answer"], self.language, self.rng)
        return {"reason": reason, "scores": scores}

    def question_scores(self) -> Fields:
        theme, questions = self.prompt.items("theme"), self.prompt.items("questions")
        task = _task_name(self.given["task"], self.language)
        reason, scores = write_question_scores(theme, task, questions, self.language, self.rng)
        return {"reason": reason, "scores": scores}

    def tag_scores(self) -> Fields:
        path, tags = self.prompt.items("path"), self.prompt.items("tags")
        reason, scores = write_tag_scores(path, tags, self.language, self.rng)
        return {"reason": reason, "scores": scores}

    def verdict(self) -> Fields:
        texts = (self.given[name] for name in ("question", "answer_a", "answer_b"))
        reason, verdict = write_comparison(*texts, self.language, self.rng)
        return {"reason": reason, "verdict": verdict}


#: Wanted fields -> fields that must be given -> who writes; the first that fits does.
_STAGES: Mapping[frozenset[str], tuple[tuple[frozenset[str], Callable[[_Task], Fields]], ...]] = MappingProxyType(
    {
        frozenset({"tags"}): ((frozenset({"existing", "count"}), _Task.tags),),
        frozenset({"root", "tag"}): ((frozenset({"topic", "roots"}), _Task.place),),
        frozenset({"questions"}): ((frozenset({"theme", "task", "examples"}), _Task.questions),),
        frozenset({"strengths", "weaknesses", "suggestions"}): ((frozenset({"question", "answer"}), _Task.critique),),
        frozenset({"answer"}): (
            (frozenset({"question", "draft", "weaknesses", "suggestions"}), _Task.refinement),
            (frozenset({"question"}), _Task.answer),
        ),
        frozenset({"reason", "scores"}): (
            (frozenset({"question", "answer"}), _Task.scores),
            (frozenset({"theme", "task", "questions"}), _Task.question_scores),
            (frozenset({"path", "tags"}), _Task.tag_scores),
        ),
        frozenset({"reason", "verdict"}): ((frozenset({"question", "answer_a", "answer_b"}), _Task.verdict),),
    }
)


def write_stage(prompt: Prompt, quality: float, seed: int, rng: random.Random) -> Fields | None:
    """The fields of a reply to one of the project's own signatures, as Python values; None for any other one."""
    known = prompt.inputs.keys()
    for needed, write in _STAGES.get(frozenset(prompt.outputs), ()):
        if needed <= known:
            return write(_Task(prompt, quality, seed, rng))
    return None


def _task_name(described: str, language: Language) -> str:
    """The task whose title stands before the colon; an unknown one is domain knowledge."""
    title = described.partition(":")[0]
    return next((name for name in TASKS if tasks_for(language)[name].title == title), "domain_knowledge_qa")
