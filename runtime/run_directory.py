"""A run's directory: its recipe, its tree and its journal, held by one process at a time."""

from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import BadInput, OutputFault, RunInUse
from ..files import make_directory
from .journal import Journal

RECIPE_FILE = "recipe.yaml"
TREE_FILE = "tree.json"
JOURNAL_FILE = "journal.db"
INHERITED_FILE = "inherited.db"
COVERED_FILE = "covered.json"
BATCH_FILE = "batch.db"
TOPICS_FILE = "topics.jsonl"
VECTORS_FILE = "vectors.db"
_LOCK_FILE = "run.lock"


class RunDirectory:
    """The paths of a run, and the right to change it.

    Use it as a context manager to hold the run: the lock belongs to the process and goes with it, however it ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / _LOCK_FILE)
        self._made_here = False

    @property
    def recipe(self) -> Path:
        """The recipe in force, with every default written out."""
        return self.path / RECIPE_FILE

    @property
    def tree(self) -> Path:
        """The tree that the run samples from."""
        return self.path / TREE_FILE

    @property
    def journal(self) -> Path:
        """The run's truth."""
        return self.path / JOURNAL_FILE

    @property
    def inherited(self) -> Path:
        """Of a run that was forked: the other run's journal, as it was then."""
        return self.path / INHERITED_FILE

    @property
    def covered(self) -> Path:
        """Of a run that fills the holes of earlier ones: what they had covered when it began."""
        return self.path / COVERED_FILE

    @property
    def batch(self) -> Path:
        """What is known of the run's batch files, if there are any."""
        return self.path / BATCH_FILE

    @property
    def topics(self) -> Path:
        """Of a harvest: the topics that it was begun with."""
        return self.path / TOPICS_FILE

    @property
    def vectors(self) -> Path:
        """Of work on a tree with an embedder: the vectors that were paid for."""
        return self.path / VECTORS_FILE

    @property
    def exists(self) -> bool:
        """Whether a run was begun here."""
        return self.journal.exists()

    def __enter__(self) -> "RunDirectory":
        """Hold the run.

        Raises:
            OutputFault: the directory cannot be made or written to.
            RunInUse: another process holds it.
            BadInput: the directory holds something else.
        """
        self._made_here = not self.path.exists()
        make_directory(self.path)
        try:
            self._lock.acquire(blocking=False)
        except Timeout as exc:
            raise RunInUse(f"{self.path}: another process works on this run; wait for it or stop it") from exc
        except OSError as exc:
            raise OutputFault(f"{self.path}: cannot lock the run: {exc.strerror or exc}") from exc
        for left in (
            f".{RECIPE_FILE}.*.tmp",
            f".{TREE_FILE}.*.tmp",
            f".{COVERED_FILE}.*.tmp",
            f".{TOPICS_FILE}.*.tmp",
            f".{INHERITED_FILE}.new*",
            f".{VECTORS_FILE}.new*",
        ):
            for unfinished in self.path.glob(left):  # what a kill in the middle of a write left
                unfinished.unlink(missing_ok=True)
        strangers = [] if self.exists else sorted({entry.name for entry in self.path.iterdir()} - _OWN)
        if strangers:
            self._lock.release()
            raise BadInput(f"{self.path}: holds {strangers[0]} but no run; choose an empty or new directory")
        return self

    def __exit__(self, *exc: object) -> None:
        self._lock.release()

    def open_journal(self) -> Journal:
        """The journal of a run that exists."""
        return Journal.open(self.journal)

    def discard(self) -> None:
        """Take away a run that never got a reply: its files, and the directory if it was made for it.

        The journal goes before the rest, which is no run without it; only vectors, which no run but this could use, go
        before the journal.
        """
        databases = [f"{name}{suffix}" for name in (VECTORS_FILE, JOURNAL_FILE) for suffix in ("", "-wal", "-shm")]
        for name in (*databases, INHERITED_FILE, COVERED_FILE, TOPICS_FILE, RECIPE_FILE, TREE_FILE):
            (self.path / name).unlink(missing_ok=True)
        (self.path / _LOCK_FILE).unlink(missing_ok=True)
        if self._made_here and not any(self.path.iterdir()):
            self.path.rmdir()
        self._lock.release()


_OWN = frozenset(
    {
        RECIPE_FILE,
        TREE_FILE,
        JOURNAL_FILE,
        INHERITED_FILE,
        COVERED_FILE,
        TOPICS_FILE,
        _LOCK_FILE,
        f".{JOURNAL_FILE}.new",
    }
)
