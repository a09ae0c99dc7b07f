"""All a node keeps: a durable SQLite file for what KWDB has in its relational store (catalogue, settings, users, jobs, relational rows), and
the time-series engine's memory. Every change is a list of operations, so that it can be sent to the other nodes as it is.

Operations: {"k": "rel", "sql", "rows"} relational; {"k": "ddl", "sql"} and {"k": "rows", "table", "sql", "rows", "wal", "key"} for the engine;
{"k": "gossip"} the settings reach the engine; {"k": "flush"} a checkpoint.
"""

import base64
import json
import os
import random
import sqlite3
import threading
import time

from . import labconf, query, settings
from .engine import Engine, decode, encode

SCHEMA = """
CREATE TABLE IF NOT EXISTS rel.meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS rel.databases (name TEXT PRIMARY KEY, ts INTEGER, comment TEXT);
CREATE TABLE IF NOT EXISTS rel.schemas (db TEXT, name TEXT, PRIMARY KEY (db, name));
CREATE TABLE IF NOT EXISTS rel.descriptors (id INTEGER PRIMARY KEY, db TEXT, schema TEXT, name TEXT, kind TEXT, body TEXT, UNIQUE (db, schema, name));
CREATE TABLE IF NOT EXISTS rel.settings (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS rel.users (name TEXT PRIMARY KEY, is_role INTEGER, admin INTEGER, password TEXT);
CREATE TABLE IF NOT EXISTS rel.jobs (id INTEGER PRIMARY KEY, type TEXT, description TEXT, status TEXT, fraction REAL, created REAL);
CREATE TABLE IF NOT EXISTS rel.nodes (id INTEGER PRIMARY KEY, address TEXT, started REAL, mode TEXT, build TEXT, decommissioning INTEGER);
INSERT OR IGNORE INTO rel.databases VALUES ('system', 0, NULL), ('defaultdb', 0, NULL), ('postgres', 0, NULL);
INSERT OR IGNORE INTO rel.users VALUES ('root', 0, 1, NULL);
INSERT OR IGNORE INTO rel.meta VALUES ('seq', '0'), ('next_id', '78'), ('gossips', '0');
"""


class Table:
    """A descriptor: kind is table, view, sequence or procedure; body is what its CREATE said."""

    def __init__(self, row):
        self.id, self.db, self.schema, self.name, self.kind, body = row
        self.body = json.loads(body)

    @property
    def ts(self):
        return bool(self.body.get("ts"))

    @property
    def columns(self):
        return self.body.get("columns", [])

    @property
    def physical(self):
        return "t%d" % self.id

    @property
    def quoted(self):
        return '%s."t%d"' % ("main" if self.ts else "rel", self.id)

    def key(self):
        """Columns that make a row the same row."""
        if not self.ts:
            return self.body.get("pk", [])
        return self.body["primary_tags"] + [self.columns[0]["name"]]


class State:
    def __init__(self, store):
        self.store = store
        self.lock = threading.RLock()
        # Set by the cluster: sends operations to the other nodes.
        self.ship = lambda seq, operations: None
        os.makedirs(store, exist_ok=True)
        self.db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.db.create_function("json_get", 2, query.json_get)
        self.db.create_function("now", 0, query.now)
        self.db.create_function("version", 0, lambda: "KaiwuDB %s (the lab's stand-in)" % labconf.version())
        self.attach()
        self.engine = Engine(store, self.db, self.lock)
        self.engine.interval = float(self.setting(settings.INTERVAL))
        self.note()

    def note(self):
        """What the threads between nodes ask for at any moment: they must not read a connection that a statement is using."""
        self.seq_now = self.seq
        self.members_now = self.db.execute("SELECT id, address, started, mode, build, decommissioning FROM rel.nodes ORDER BY id").fetchall()

    def attach(self):
        self.db.execute("ATTACH DATABASE ? AS rel", (os.path.join(self.store, "relational.db"),))
        self.db.execute("PRAGMA rel.journal_mode = WAL")
        self.db.executescript(SCHEMA)

    def open_engine(self):
        self.engine.open({table.physical: create_physical(table) for table in self.tables() if table.ts})

    # Reading --------------------------------------------------------------------------------------------------------

    def meta(self, key, default=None):
        row = self.db.execute("SELECT value FROM rel.meta WHERE key = ?", (key,)).fetchone()
        return default if row is None else row[0]

    @property
    def seq(self):
        return int(self.meta("seq"))

    @property
    def gossips(self):
        """How often the settings went round: a node that missed one can tell it from a copy."""
        return int(self.meta("gossips"))

    def databases(self):
        return dict(self.db.execute("SELECT name, ts FROM rel.databases ORDER BY name").fetchall())

    def tables(self, db=None):
        where, args = ("WHERE db = ?", (db,)) if db else ("", ())
        rows = self.db.execute("SELECT id, db, schema, name, kind, body FROM rel.descriptors %s ORDER BY id" % where, args)
        return [Table(row) for row in rows.fetchall()]

    def find(self, db, schema, name):
        rows = self.db.execute(
            "SELECT id, db, schema, name, kind, body FROM rel.descriptors WHERE db = ? AND schema = ? AND name = ?", (db, schema, name)
        ).fetchall()
        return Table(rows[0]) if rows else None

    def persisted(self):
        return dict(self.db.execute("SELECT name, value FROM rel.settings ORDER BY name").fetchall())

    def setting(self, name):
        return self.persisted().get(name, settings.find(name).default)

    def next_id(self):
        return int(self.meta("next_id"))

    # Changing -------------------------------------------------------------------------------------------------------

    def commit(self, operations):
        """Here, and on every other node that is up."""
        with self.lock:
            self.apply(operations)
            self.ship(self.seq, operations)

    def apply(self, operations):
        with self.lock:
            self.db.execute("BEGIN")
            try:
                for operation in operations:
                    if operation["k"] in ("rel", "ddl", "rows"):
                        self.apply_one(operation)
                self.db.execute("UPDATE rel.meta SET value = value + 1 WHERE key = 'seq'")
                if any(operation["k"] == "gossip" for operation in operations):
                    self.db.execute("UPDATE rel.meta SET value = value + 1 WHERE key = 'gossips'")
                self.db.execute("COMMIT")
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.note()
            kinds = {operation["k"] for operation in operations}
            if "flush" in kinds:
                self.engine.checkpoint()
            if "gossip" in kinds:
                self.gossip()

    def apply_one(self, operation):
        if operation["k"] == "ddl":
            self.engine.ddl(operation["sql"])
            return
        rows = [[decode(value) for value in row] for row in operation.get("rows", [[]])]
        if operation["k"] == "rel":
            self.db.executemany(operation["sql"], rows) if operation["sql"].lstrip()[:6].upper() in DML else self.db.execute(operation["sql"])
        else:
            self.engine.write(operation["table"], operation["sql"], rows, operation.get("wal", True), operation.get("key"))

    def gossip(self):
        """What is persisted reaches the engine; what was RESET is not persisted, so the engine is told nothing of it."""
        persisted = self.persisted()
        if settings.WAL_LEVEL in persisted:
            self.engine.update_level(int(persisted[settings.WAL_LEVEL]))
        self.engine.interval = float(self.setting(settings.INTERVAL))

    def job(self, kind, description, status="succeeded"):
        """(id, operation) of a finished job."""
        number = (int(time.time() * 1000) << 20) + random.getrandbits(20)
        row = [number, kind, description, status, 1.0, time.time()]
        return number, rel("INSERT INTO rel.jobs VALUES (?, ?, ?, ?, ?, ?)", row)

    # Copies between nodes -------------------------------------------------------------------------------------------

    def snapshot(self):
        with self.lock:
            self.db.execute("PRAGMA rel.wal_checkpoint(TRUNCATE)")
            with open(os.path.join(self.store, "relational.db"), "rb") as file:
                relational = base64.b64encode(file.read()).decode()
            rows = {}
            for table in self.tables():
                if table.ts:
                    found = self.db.execute("SELECT * FROM %s" % table.quoted).fetchall()
                    rows[table.physical] = [[encode(value) for value in row] for row in found]
            return {"seq": self.seq, "relational": relational, "rows": rows}

    def take_over(self, snapshot):
        """Everything of this node becomes what the other node has; the engine's own level and log stay."""
        with self.lock:
            self.db.execute("DETACH DATABASE rel")
            path = os.path.join(self.store, "relational.db")
            for leftover in ("-wal", "-shm"):
                if os.path.exists(path + leftover):
                    os.remove(path + leftover)
            with open(path + ".new", "wb") as file:
                file.write(base64.b64decode(snapshot["relational"]))
            os.replace(path + ".new", path)
            self.attach()
            for (name,) in self.db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
                self.db.execute('DROP TABLE main."%s"' % name)
            for table in self.tables():
                if table.ts:
                    self.db.execute(create_physical(table))
                    rows = [[decode(value) for value in row] for row in snapshot["rows"].get(table.physical, [])]
                    marks = ", ".join("?" for _ in table.columns)
                    self.db.executemany("INSERT OR REPLACE INTO %s VALUES (%s)" % (table.quoted, marks), rows)
            self.engine.dirty = True
            self.note()


DML = ("INSERT", "UPDATE", "DELETE", "REPLAC")


def rel(sql, *rows):
    return {"k": "rel", "sql": sql, "rows": [[encode(value) for value in row] for row in rows] or [[]]}


def create_physical(table):
    """The SQLite table behind a descriptor."""
    from .datatypes import affinity

    columns = ['"%s" %s' % (column["name"], affinity(column["type"])) for column in table.columns]
    key = table.key()
    if key:
        columns.append("PRIMARY KEY (%s)" % ", ".join('"%s"' % name for name in key))
    for index in table.body.get("indexes", []):
        if index["unique"]:
            columns.append("UNIQUE (%s)" % ", ".join('"%s"' % name for name in index["columns"]))
    return "CREATE TABLE %s (%s)" % (table.quoted, ", ".join(columns))
