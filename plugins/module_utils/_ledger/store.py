# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening the ledger: the one place that knows engines, transactions and database errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core.errors import InputError, PatchingError
from .schema import HAS_SQLALCHEMY, SCHEMA_VERSION, tables

# Without SQLAlchemy open_ledger refuses before anything here can be called.
with suppress(ImportError):
    import sqlalchemy as sa
    from sqlalchemy import event, exc
    from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

WRITER_LOCK = 0x68796F7073
"""The advisory lock that writers of the ledger hold on PostgreSQL."""

IN_CHUNK = 500
"""Values in one IN list: below SQLite's oldest limit of 999 variables in a statement."""


def now() -> str:
    """The present instant as the ledger writes it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def chunks(values: Sequence[str], size: int = IN_CHUNK) -> Iterator[Sequence[str]]:
    """``values`` in slices that fit one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


class Ledger:
    """An open ledger. Safe to use from several threads and processes: every transaction has its own connection."""

    def __init__(self, engine: Engine, url: str) -> None:
        self._engine = engine
        self.url = url
        self.tables = tables()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write. Raises :class:`PatchingError` with the database's own words."""
        try:
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    # One writer at a time, as SQLite has it by nature: a gate and a wave's number are read and written.
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
                yield connection
        except exc.IntegrityError:
            raise
        except exc.SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            raise PatchingError(f"the ledger {self.url} cannot be written: {reason}") from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        try:
            with self._engine.connect().execution_options(ledger_read=True) as connection:
                yield connection
        except exc.SQLAlchemyError as error:
            raise PatchingError(
                f"the ledger {self.url} cannot be read: {getattr(error, 'orig', None) or error}"
            ) from error

    def put(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows; a row whose key is there is updated with the given columns."""
        if not rows:
            return
        keys = [column.name for column in table.primary_key]
        insert = _dialect_insert(connection)(table)
        changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
        if changed:
            statement = insert.on_conflict_do_update(index_elements=keys, set_=changed)
        else:
            statement = insert.on_conflict_do_nothing(index_elements=keys)
        connection.execute(statement, [dict(row) for row in rows])

    def put_new(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows; a row whose key is there already stays as it is."""
        if rows:
            keys = [column.name for column in table.primary_key]
            statement = _dialect_insert(connection)(table).on_conflict_do_nothing(index_elements=keys)
            connection.execute(statement, [dict(row) for row in rows])


def _dialect_insert(connection: Connection) -> Any:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as pg_insert

        return pg_insert
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert


def open_ledger(url: str, *, create: bool = False) -> Ledger:
    """Open the ledger at a SQLAlchemy URL (``sqlite:///path`` or ``postgresql+psycopg://…``).

    ``create`` makes the database file and the tables when they are not there; without it a missing ledger is an
    error. Raises :class:`InputError` for a URL that cannot be used and :class:`PatchingError` for a database that
    cannot be reached or was made by a newer version.
    """
    if not HAS_SQLALCHEMY:
        raise PatchingError("the ledger needs the Python package SQLAlchemy: pip install SQLAlchemy")
    parsed = _parse(url)
    # A driver takes its password among the query's parameters too.
    shown = parsed.set(query={}).render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        _check_sqlite_file(parsed.database, create)
    try:
        engine = _engine(parsed)
        ledger = Ledger(engine, shown)
        _check_schema(ledger, create)
    except (ImportError, exc.NoSuchModuleError) as error:
        raise PatchingError(f"the ledger {shown} needs a database driver: {error}") from error
    except exc.SQLAlchemyError as error:
        raise PatchingError(f"the ledger {shown} cannot be opened: {getattr(error, 'orig', error)}") from error
    return ledger


def ledger_exists(url: str) -> bool:
    """Whether there is a ledger to read at this URL; a SQLite file is not made by asking."""
    if not HAS_SQLALCHEMY:
        return False
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return bool(parsed.database) and Path(str(parsed.database)).exists()
    try:
        open_ledger(url)
    except PatchingError:
        return False
    return True


def _parse(url: str) -> Any:
    allowed = "a SQLAlchemy URL such as sqlite:////var/lib/patching/ledger.db or postgresql+psycopg://user@host/db"
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError as error:
        raise InputError("ledger_url", "(not shown)", allowed) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise InputError("ledger_url", parsed.get_backend_name(), allowed)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise InputError("ledger_url", url, "a file: what is only in memory is lost with the first process")
        parsed = parsed.set(database=str(Path(parsed.database).expanduser()))
    return parsed


def _check_sqlite_file(database: str | None, create: bool) -> None:
    path = Path(str(database))
    if create:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PatchingError(f"the ledger's directory {path.parent} cannot be made: {error.strerror}") from error
    elif not path.exists():
        raise PatchingError(f"there is no ledger at {path}; a run makes it, or ledger_url points elsewhere")


def _engine(parsed: Any) -> Engine:
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, poolclass=NullPool)
    engine = sa.create_engine(parsed, poolclass=NullPool, connect_args={"timeout": 60})

    # The driver would begin a transaction only at the first write, and two processes that read before they write would
    # then fail instead of waiting; so the transaction begins, with the write lock, in our hands.
    def on_connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("ledger_read", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _check_schema(ledger: Ledger, create: bool) -> None:
    meta = ledger.tables.meta
    if create:
        _create_schema(ledger)
    with ledger.read() as connection:
        if not sa.inspect(connection).has_table(meta.name):
            raise PatchingError(f"{ledger.url} is no ledger: its tables are missing; a run makes them")
        found = connection.execute(sa.select(meta.c.value).where(meta.c.name == "schema")).scalar()
    if str(found) != str(SCHEMA_VERSION):
        raise PatchingError(
            f"the ledger {ledger.url} has schema {found}, this version of the collection knows {SCHEMA_VERSION}"
        )


def _create_schema(ledger: Ledger) -> None:
    with ledger.write() as connection:
        if sa.inspect(connection).has_table(ledger.tables.meta.name):
            return
        ledger.tables.metadata.create_all(connection)
        ledger.put(connection, ledger.tables.meta, [{"name": "schema", "value": str(SCHEMA_VERSION)}])
