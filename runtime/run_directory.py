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
PROGRAMS_FILE = "programs.json"
BATCH_FILE = "batch.db"
VECTORS_FILE = "vectors.db"
#: Where the judging of a run lives, with a journal of its own.
JUDGED = "judged"
#: Of compiled prompts: the programs by step, and what became of the last optimization.
COMPILED = "compiled"
OPTIMIZATION_FILE = "optimization.json"
_LOCK_FILE = "run.lock"
#: Held by whoever tells a tracker of the run: that goes on for a while after the run was let go.
SENDING_LOCK_FILE = "sending.lock"
#: What became of work on a tree, by the kind of work.
REPORT_FILES = {"growth": "growth.json", "harvest": "harvest.json", "update": "update.json"}

_WRITTEN_WHOLE = (RECIPE_FILE, TREE_FILE, COVERED_FILE, PROGRAMS_FILE, OPTIMIZATION_FILE, *REPORT_FILES.values())
#: What a beginning that was broken off before its journal was whole may have left.
_LEFT = frozenset(
    {RECIPE_FILE, TREE_FILE, INHERITED_FILE, COVERED_FILE, PROGRAMS_FILE, SENDING_LOCK_FILE, f".{JOURNAL_FILE}.new"}
)


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
    def programs(self) -> Path:
        """Of a run that asks with compiled prompts: these, as they were when it began."""
        return self.path / PROGRAMS_FILE

    @property
    def batch(self) -> Path:
        """What is known of the run's batch files, if there are any."""
        return self.path / BATCH_FILE

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
        ours = (self.path / _LOCK_FILE).exists()
        try:
            self._lock.acquire(blocking=False)
        except Timeout as exc:
            raise RunInUse(f"{self.path}: another process works on this run; wait for it or stop it") from exc
        except OSError as exc:
            raise OutputFault(f"{self.path}: cannot lock the run: {exc.strerror or exc}") from exc
        if self.exists or ours:
            self._clear_half_written()
        self._refuse_strangers(_LEFT if ours else frozenset())
        return self

    def __exit__(self, *exc: object) -> None:
        self._lock.release()

    def _clear_half_written(self) -> None:
        """Remove what a kill in the middle of a write left."""
        patterns = [f".{name}.*.tmp" for name in _WRITTEN_WHOLE]
        patterns += [f"{COMPILED}/.*.json.*.tmp", f".{INHERITED_FILE}.new*", f".{VECTORS_FILE}.new*"]
        for pattern in patterns:
            for unfinished in self.path.glob(pattern):
                unfinished.unlink(missing_ok=True)

    def _refuse_strangers(self, left: frozenset[str]) -> None:
        """See that a directory without a run holds nothing but what a broken beginning may have left.

        Names alone do not say whose a file is: a recipe or a tree of the user's is called so as well. Where the lock
        was there before, an earlier beginning made it.
        """
        if self.exists:
            return
        strangers = sorted({entry.name for entry in self.path.iterdir()} - left - {_LOCK_FILE})
        if strangers:
            if not left:
                (self.path / _LOCK_FILE).unlink(missing_ok=True)
            self._lock.release()
            raise BadInput(f"{self.path}: holds {strangers[0]} but no run; choose an empty or new directory")

    def open_journal(self) -> Journal:
        """The journal of a run that exists."""
        return Journal.open(self.journal)

    def discard(self) -> None:
        """Take away a run that never got a reply: its files, and the directory if it was made for it.

        The journal goes before the rest, which is no run without it; only vectors, which no run but this could use, go
        before the journal.
        """
        databases = [f"{name}{suffix}" for name in (VECTORS_FILE, JOURNAL_FILE) for suffix in ("", "-wal", "-shm")]
        for name in (*databases, INHERITED_FILE, COVERED_FILE, PROGRAMS_FILE, RECIPE_FILE, TREE_FILE):
            (self.path / name).unlink(missing_ok=True)
        for name in (SENDING_LOCK_FILE, _LOCK_FILE):
            (self.path / name).unlink(missing_ok=True)
        if self._made_here and not any(self.path.iterdir()):
            self.path.rmdir()
        self._lock.release()
