"""MLflow's store: which one, how a fresh one is made, and its faults as ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from filelock import FileLock, Timeout

from ..errors import StoreFault
from ..runtime.environment import prepare_mlflow, redact, variable

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: In the working folder, where no address is set.
DEFAULT_URI = "sqlite:///mlflow.db"
#: Whose name MLFLOW_EXPERIMENT_NAME replaces.
DEFAULT_EXPERIMENT = "condor"
#: Beside a SQLite store: what MLflow calls its own folder of artifacts.
_ARTIFACTS = "mlruns"
#: Seconds that a process waits for another which makes or opens the same store.
_LOCK_S = 120
_LONGEST_REASON = 300
_OTHER_SCHEMA = "another version of MLflow made it; update MLflow, or `mlflow db upgrade` with a copy at hand"
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")


@dataclass(frozen=True)
class Store:
    """A store that was reached.

    Attributes:
        uri: its address, without user name and password.
        client: to read and write it.
        address: as MLflow needs it.
    """

    uri: str
    client: "MlflowClient" = field(repr=False)
    address: str = field(repr=False)

    @cached_property
    def experiment_id(self) -> str:
        """Where Condor's runs are; the experiment is made where it is missing.

        Raises:
            StoreFault: it was deleted, or the store failed.
        """
        with store_faults(self.address):
            return _experiment(self.client, database_file(self.address))


def store_address(uri: str | None = None) -> str:
    """The address of the store: MLFLOW_TRACKING_URI, else `uri`, else a file in the working folder."""
    return variable("MLFLOW_TRACKING_URI") or uri or DEFAULT_URI


def shown(uri: str) -> str:
    """An address without user name, password and query, any of which may hold a secret; its scheme if it is none."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return f"{uri.partition('://')[0]}://..."
    if not parts.netloc:
        return uri.partition("?")[0]
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def open_store(uri: str | None = None) -> Store:
    """Reach the store; a SQLite file that is not there is made, whole, by one process while others wait.

    It imports MLflow, which takes seconds, as does the making of a store.

    Args:
        uri: the address if MLFLOW_TRACKING_URI names none; by default `mlflow.db` in the working folder.

    Raises:
        StoreFault: it cannot be reached or made, is locked, or another version of MLflow made it.
    """
    address = _prepared(store_address(uri))
    with store_faults(address):
        database = database_file(address)
        with _alone(database):
            if database is not None and not _is_there(database):
                _make(database)
            store = _reach(address, database)
            _ = store.experiment_id  # made while no other process makes it
            return store


def existing_store(uri: str | None = None) -> Store | None:
    """The store to look into, or None where it is a SQLite file that is not there. Nothing is made or waited for.

    Args:
        uri: the address if MLFLOW_TRACKING_URI names none; by default `mlflow.db` in the working folder.

    Raises:
        StoreFault: it cannot be reached, is locked, or another version of MLflow made it.
    """
    address = _prepared(store_address(uri))
    database = database_file(address)
    if not _is_there(database):
        return None
    with store_faults(address):
        store = _reach(address, database)
        store.client.search_experiments(max_results=1)  # a server is not asked before
        return store


def import_mlflow(uri: str | None = None) -> None:
    """Import what reaching a store needs, if it is there: that takes seconds, which are not the store's."""
    address = _prepared(store_address(uri))
    if _is_there(database_file(address)):
        for name in ("mlflow.tracking.client", "mlflow.store.tracking.sqlalchemy_store", "alembic.script"):
            import_module(name)


def _reach(address: str, database: Path | None) -> Store:
    from mlflow import MlflowClient

    _refuse_place(database)
    _refuse_other_schema(address)
    # MLflow keeps what it has opened under its address: a relative one would stand for two files.
    whole = address if database is None else f"sqlite:///{database.absolute()}"
    return Store(shown(address), MlflowClient(tracking_uri=whole, registry_uri=whole), whole)


def present_store(uri: str | None = None) -> Store:
    """The store, which must be there.

    Raises:
        StoreFault: it is a SQLite file that is not there, or it cannot be reached.
    """
    if (store := existing_store(uri)) is None:
        address = shown(store_address(uri))
        raise StoreFault(f"MLflow's store {address}: is not there; a synthesis or condor prompts register makes one")
    return store


def _prepared(address: str) -> str:
    try:
        return prepare_mlflow(address)
    except ValueError as exc:
        raise StoreFault(f"MLflow's store {shown(address)}: is no address; mend MLFLOW_TRACKING_URI") from exc


@contextmanager
def store_faults(address: str) -> Iterator[None]:
    """Translate what MLflow raises inside.

    Raises:
        StoreFault: the store failed.
    """
    from mlflow.exceptions import MlflowException
    from requests import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, RequestException, OSError, ImportError, ValueError) as exc:
        raise StoreFault(f"MLflow's store {shown(address)}: {reason_of(exc)}") from exc


def reason_of(exc: BaseException) -> str:
    """Why a store failed: a short line without secrets."""
    if isinstance(exc, ImportError):
        return f"needs a Python module that is not installed ({exc.name})"
    if isinstance(exc, ValueError):  # its text may be a piece of the address
        return f"its address or its answer cannot be read ({type(exc).__name__})"
    text = " ".join(str(exc).split())
    if "database is locked" in text:
        return "is locked by another process"
    if "out-of-date database schema" in text or "Can't locate revision" in text:
        return _OTHER_SCHEMA
    for sign in ("Connection refused", "Name or service not known", "timed out", "Connection reset", "Max retries"):
        if sign in text:
            return f"cannot be reached ({sign.lower()})"
    text = redact(_USERINFO.sub("", text))
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}..."


def database_file(address: str) -> Path | None:
    """The file of a SQLite store, or None for a store of another kind."""
    name = address.removeprefix("sqlite:///")
    return None if name in (address, "", ":memory:") or "?" in name else Path(name)


@contextmanager
def _alone(database: Path | None) -> Iterator[None]:
    """Hold a SQLite store against other processes that open it."""
    if database is None:
        yield
        return
    _refuse_place(database)
    try:
        with FileLock(database.with_name(f".{database.name}.lock"), timeout=_LOCK_S):
            yield
    except Timeout as exc:
        raise StoreFault(f"MLflow's store {database}: another process is making it for {_LOCK_S} s") from exc


def _is_there(database: Path | None) -> bool:
    """Whether there is a store to reach: an empty file is none yet, and of what is no file only MLflow knows."""
    return database is None or (database.exists() and database.stat().st_size > 0)


def _refuse_place(database: Path | None) -> None:
    if database is not None and (why := _misplaced(database)) is not None:
        raise StoreFault(f"MLflow's store {database}: {why}; name another in MLFLOW_TRACKING_URI")


def _misplaced(database: Path) -> str | None:
    """Why no store can be here."""
    if database.is_dir():
        return "is a folder"
    if not database.parent.is_dir():
        return "stands in a folder that does not exist"
    # In an address, the rest would be options, and MLflow takes the other for one sign.
    if "?" in (path := str(database.absolute())) or unquote(path) != path:
        return "stands in a folder whose name has a ? or a code as %20, which no address of MLflow's can hold"
    return None


def _make(database: Path) -> None:
    """Make a SQLite store of this MLflow's schema; it appears under its name only when it is whole."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    unfinished = database.with_name(f".{database.name}.new")
    for suffix in ("", "-journal", "-wal", "-shm"):
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    store = SqlAlchemyStore(f"sqlite:///{unfinished}", _artifacts(database))
    store.engine.dispose()
    unfinished.replace(database)


def _refuse_other_schema(address: str) -> None:
    """Look at a database's schema before MLflow does, which upgrades in place, without a copy, where a table lacks."""
    from alembic.script import ScriptDirectory
    from mlflow.store import db_migrations
    from mlflow.store.db.db_types import DATABASE_ENGINES

    if address.partition(":")[0].partition("+")[0] not in DATABASE_ENGINES:
        return
    revision, tables = _schema(address)
    if revision is None and not tables:
        return  # empty: MLflow fills it
    if revision is None:
        raise StoreFault(f"MLflow's store {shown(address)}: holds tables, but none of MLflow's; name another database")
    if revision != ScriptDirectory(db_migrations.__path__[0]).get_current_head():
        raise StoreFault(f"MLflow's store {shown(address)}: {_OTHER_SCHEMA}")


def _schema(address: str) -> tuple[str | None, bool]:
    """The revision of a database's schema, if it has one, and whether there are tables."""
    from alembic.migration import MigrationContext
    from mlflow.store.db.utils import create_sqlalchemy_engine
    from sqlalchemy import inspect

    engine = create_sqlalchemy_engine(address)
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            revision = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return revision, any(not name.startswith("alembic_") for name in names)


def _artifacts(database: Path, *experiment: str) -> str:
    names = (quote(name, safe="") for name in experiment)
    return (database.parent / _ARTIFACTS).joinpath(*names).resolve().as_uri()


def _experiment(client: "MlflowClient", database: Path | None) -> str:
    """The id of the experiment, which is made where it is missing."""
    from mlflow.exceptions import MlflowException

    name = variable("MLFLOW_EXPERIMENT_NAME") or DEFAULT_EXPERIMENT
    if (found := client.get_experiment_by_name(name)) is None:
        try:
            return client.create_experiment(name, _artifacts(database, name) if database else None)
        except MlflowException as exc:
            if exc.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            found = client.get_experiment_by_name(name)  # another process was quicker
    if found is None or found.lifecycle_stage != "active":
        raise StoreFault(f"MLflow's experiment {name} was deleted; restore it or set MLFLOW_EXPERIMENT_NAME")
    return found.experiment_id
