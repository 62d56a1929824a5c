"""Compose answers: the features chosen by quality, around a body in the form that the question asks for."""

import json
import random
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from .compose import Composer, derive_rng
from .features import choose_features
from .language import Language, get_language
from .shape import MADE_KINDS, Shape, read_shape
from .subject import find_subject

_SPARE_UNITS = 1.1
_LIST_ITEMS = 3
_MIDDLE_STEPS = (1, 3)


def write_answer(
    question: str, language: str, quality: float, rng: random.Random, wanted: AbstractSet[str] = frozenset()
) -> str:
    """An answer to the question; the higher the quality, the more of the six features it has, and all those wanted."""
    known = get_language(language)
    own_rng = derive_rng(rng, question)
    features = choose_features(quality, own_rng, wanted)
    writer = AnswerWriter(question, known, own_rng)
    return writer.write(features)


@dataclass
class AnswerWriter:
    """Writes the parts of one answer; refinement uses it for the parts that an answer lacks."""

    question: str
    language: Language
    rng: random.Random

    def __post_init__(self) -> None:
        self.shape: Shape = read_shape(self.question, self.language)
        subject = find_subject(self.question, self.language.code)
        values = {
            "subject": subject,
            "role_name": self.shape.role,
            "detail": self.shape.detail,
            "low": self.shape.low,
            "high": self.shape.high,
        }
        self.composer = Composer(self.language.text, values, self.rng)

    def write(self, features: list[str]) -> str:
        """The whole answer, paragraph by paragraph."""
        pieces = {feature: self.feature(feature) for feature in features}
        opening = [pieces.get("direct", ""), *self._context(), pieces.get("reason", "")]
        paragraphs = [self._join(opening), *self._body(), pieces.get("structure", ""), pieces.get("example", "")]
        ending = [pieces.get("caveat", ""), pieces.get("closing", "")]
        filler = self._filler([*paragraphs, *ending])
        return "\n\n".join(part for part in [*paragraphs, filler, *ending] if part)

    def feature(self, feature: str) -> str:
        """The text that gives an answer one of the six features."""
        if feature == "structure":
            return self._steps()
        if feature == "direct":
            return self.composer.write("direct.make" if self.shape.kind in MADE_KINDS else "direct.talk")
        return self.composer.write(feature)

    def further(self) -> str:
        """A further useful example or remark, for an answer that lacks nothing."""
        return self.composer.write("further")

    def filler_to_length(self, text: str) -> str:
        """Sentences that bring a text up to the least length of an answer."""
        return self._filler([text])

    def _join(self, sentences: list[str]) -> str:
        return self.language.joiner.join(sentence for sentence in sentences if sentence)

    def _context(self) -> list[str]:
        """Sentences that take up the question: the role, the figures or the details it gives."""
        banks = []
        if self.shape.role:
            banks.append("role_line")
        if self.shape.high:
            banks.append("range_line")
        elif self.shape.detail:
            banks.append("detail_line")
        return self.composer.write_all(banks or ["filler"])

    def _steps(self) -> str:
        banks = ["step_begin", *["step_middle"] * self.rng.randint(*_MIDDLE_STEPS), "step_end"]
        lines = [f"{number}. {step}" for number, step in enumerate(self.composer.write_all(banks), start=1)]
        return "\n".join([self.composer.write("step_lead"), "", *lines])

    def _filler(self, parts: list[str]) -> str:
        """Neutral sentences, as many as the answer needs to reach its least length with a little to spare."""
        length = self.language.units("\n".join(parts))
        sentences: list[str] = []
        while length < self.language.min_units * _SPARE_UNITS:
            sentences.append(self.composer.write("filler"))
            length += self.language.units(sentences[-1])
        return self._join(sentences)

    def _body(self) -> list[str]:
        """The paragraphs in the form that the question asks for."""
        makers = {
            "json": self._json,
            "table": self._table,
            "bullets": self._bullets,
            "questions": self._questions,
            "poem": self._poem,
            "slogan": self._slogan,
        }
        kind = self.shape.kind
        return [makers[kind]() if kind in makers else self.composer.write(f"shape.{kind}")]

    def _value(self, name: str, otherwise: str) -> str:
        """A value for a key or a column of this name, from its own bank where there is one."""
        bank = f"field.{name.lower()}"
        return self.composer.write(bank if bank in self.language.text else otherwise)

    def _json(self) -> str:
        keys = self.shape.parts or self.language.text["default_keys"]
        record: dict[str, str | list[str]] = {key: self._value(key, "field_value") for key in keys}
        record[keys[-1]] = [self._value(keys[-1], "field_value") for _ in range(_LIST_ITEMS)]
        return self.language.text["json_fence"][0] + "\n" + json.dumps(record, ensure_ascii=False, indent=2) + "\n```"

    def _table(self) -> str:
        columns = self.shape.parts if len(self.shape.parts) > 1 else self.language.text["default_columns"]
        rows = [columns, ["---"] * len(columns)]
        rows += (
            [self._value(columns[0], "row"), *(self._value(column, "cell") for column in columns[1:])]
            for _ in range(min(4, self.shape.count))
        )
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    def _bullets(self) -> str:
        return "\n".join("- " + self.composer.write("bullet") for _ in range(self.shape.count))

    def _questions(self) -> str:
        return "\n".join(self.composer.write("question_line") for _ in range(min(6, self.shape.count)))

    def _poem(self) -> str:
        stanzas = [self.composer.write_all(["poem_open", "poem_subject", "poem_middle", "poem_end"]) for _ in range(2)]
        return "\n\n".join("  \n".join(lines) for lines in stanzas)

    def _slogan(self) -> str:
        return "\n\n".join(self.composer.write_all(["slogan", "slogan_note"]))
