"""The vectors of questions: asked of a real endpoint, paid for once, and read back without a call."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from condor.corpus.near_duplicates import DuplicateSettings, QuestionText, find_near_duplicates
from condor.errors import JournalFault, OutputFault, RunInUse
from condor.experiments.question_vectors import open_question_vectors
from condor.runtime.embedding import EmbedderSpec, EmbeddingModel, build_embedding_model

from embedding_server import ScriptedEndpoint
from support import ServerThread

QUESTIONS = [QuestionText(f"q{n:03}", f"What should a beginner know about bread number {n}?") for n in range(70)]
TWINS = [
    QuestionText("a", "How long does sourdough bread have to rise in a cold kitchen in winter?"),
    QuestionText("b", "In winter, how long does sourdough bread have to rise in a cold kitchen?"),
    QuestionText("c", "冬天在冷厨房里，酸面包要发酵多久？"),
]


def rehearsal() -> EmbeddingModel:
    return build_embedding_model(EmbedderSpec(name="rehearsal"))


def test_each_question_is_paid_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    endpoint, rows = ScriptedEndpoint(lambda number, body, good: good), np.zeros(0)
    with ServerThread(endpoint.application()) as server:
        spec = EmbedderSpec(name="openai/stand-in", api_base=f"http://127.0.0.1:{server.port}/v1")
        for _ in range(2):
            with open_question_vectors(build_embedding_model(spec), tmp_path / "release") as vectors:
                assert vectors is not None
                asyncio.run(vectors.fetch([*QUESTIONS, *QUESTIONS]))
                rows = vectors.rows(QUESTIONS[5:8])
                assert vectors.figures().texts == len(QUESTIONS)
    assert sorted(endpoint.texts) == sorted(question.text for question in QUESTIONS)
    assert rows.shape == (3, 256)
    assert (tmp_path / "release.vectors.db").exists()


def test_questions_that_mean_the_same_are_found_by_their_vectors(tmp_path: Path):
    with open_question_vectors(rehearsal(), tmp_path / "release") as vectors:
        assert vectors is not None
        asyncio.run(vectors.fetch(TWINS))
        assert find_near_duplicates(TWINS, DuplicateSettings(min_share=0.95)) == []
        settings = DuplicateSettings(min_share=0.95, min_cosine=0.8)
        (found,) = find_near_duplicates(TWINS, settings, vectors=vectors.rows)
    assert (found.question_id, found.of, found.how) == ("b", "a", "meaning")


def test_what_was_never_fetched_is_not_there(tmp_path: Path):
    with open_question_vectors(rehearsal(), tmp_path / "release") as vectors:
        assert vectors is not None
        with pytest.raises(JournalFault, match="holds no vectors of 3 texts"):
            vectors.rows(TWINS)


def test_one_process_holds_the_vectors_and_a_folder_is_no_place_for_them(tmp_path: Path):
    with (
        open_question_vectors(rehearsal(), tmp_path / "release"),
        pytest.raises(RunInUse),
        open_question_vectors(rehearsal(), tmp_path / "release"),
    ):
        pass
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputFault), open_question_vectors(rehearsal(), tmp_path / "folder"):
        pass


def test_without_an_embedder_nothing_is_kept(tmp_path: Path):
    with open_question_vectors(None, tmp_path / "release") as vectors:
        assert vectors is None
    assert list(tmp_path.iterdir()) == []
