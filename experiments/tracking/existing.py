"""Looking into the store without making one."""

from pathlib import Path

from .store import Store, open_store, store_address


def existing_store(uri: str | None = None) -> Store | None:
    """The store, or None where it is a SQLite file that is not there: it is not made only to look into it.

    Args:
        uri: the address if MLFLOW_TRACKING_URI names none; by default `mlflow.db` in the working folder.

    Raises:
        StoreFault: it cannot be reached.
    """
    file = database_file(store_address(uri))
    return open_store(uri) if file is None or file.exists() else None


def database_file(address: str) -> Path | None:
    """The file of a SQLite store, or None for a store of another kind."""
    name = address.removeprefix("sqlite:///")
    return None if name in (address, "", ":memory:") else Path(name.partition("?")[0])
