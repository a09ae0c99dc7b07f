"""One client's session: the current database, the user, and which statement does what."""

import itertools
import sqlite3

from . import datatypes, ddl, query, virtual
from .engine import encode
from .errors import SqlError
from .state import rel
from .tokens import Cursor

COUNTER = itertools.count(1)
# Statements that change nothing a node shares with the others: they are answered by the node that was asked.
LOCAL = ("SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPORT", "USE", "BEGIN", "COMMIT", "END", "ROLLBACK", "BACKUP", "RESTORE", "EXPLAIN")


class Result:
    """columns and rows, or a tag alone; notices come before either."""

    def __init__(self, tag, columns=None, rows=None):
        self.tag, self.columns, self.rows = tag, columns, rows
        self.notices = []


class Session:
    def __init__(self, state, cluster, database="defaultdb", user="root"):
        self.state, self.cluster = state, cluster
        self.current, self.user = database or "defaultdb", user
        self.in_transaction = False
        self.notices = []

    # Running --------------------------------------------------------------------------------------------------------

    def execute(self, sql):
        """One statement as a client sends it: here, or on the node that leads."""
        cursor = Cursor(sql)
        first = cursor.peek().upper
        local = first in LOCAL or (first == "SET" and not cursor.sees("SET", "CLUSTER"))
        self.notices = []
        if not local and not self.cluster.leads():
            return self.cluster.forward(sql, self)
        with self.state.lock:
            result = self.run(sql)
        result.notices = self.notices
        return result

    def run(self, sql):
        from . import statements

        cursor = Cursor(sql)
        token = cursor.peek()
        act = statements.ACTS.get(token.upper) if token.kind == "word" else None
        if act is None:
            raise cursor.syntax_error()
        if token.upper not in ("SELECT", "WITH", "VALUES", "TABLE"):
            cursor.next()
        try:
            return act(self, cursor)
        except sqlite3.Error as error:
            raise query.sqlite_error(error) from None

    def commit(self, operations):
        self.state.commit(operations)

    def notice(self, text):
        self.notices.append(text)

    def rows(self, columns, rows):
        return Result("SELECT %d" % len(rows), columns, rows)

    def next_virtual(self):
        return next(COUNTER) * 100

    # Who and where --------------------------------------------------------------------------------------------------

    def is_admin(self):
        row = self.state.db.execute("SELECT admin FROM rel.users WHERE name = ?", (self.user,)).fetchone()
        return bool(row and row[0])

    def require_admin(self, what):
        if not self.is_admin():
            raise SqlError("only users with the admin role are allowed to %s" % what, "42501")

    def require_no_transaction(self, what):
        if self.in_transaction:
            raise SqlError("%s cannot be used inside a transaction" % what)

    def database(self, name):
        """Whether this database holds time series; it must exist."""
        databases = self.state.databases()
        if name not in databases:
            raise SqlError('database "%s" does not exist' % name, "3D000")
        return bool(databases[name])

    def place(self, parts):
        """(database, schema, name) of a name as written."""
        if len(parts) == 3:
            return parts[0], parts[1], parts[2]
        if len(parts) == 2:
            if parts[0] in self.state.databases():
                return parts[0], "public", parts[1]
            return self.current, parts[0], parts[1]
        return self.current, "public", parts[0]

    def resolve(self, parts):
        found = self.state.find(*self.place(parts))
        if found is None:
            raise SqlError('relation "%s" does not exist' % ".".join(parts), "42P01")
        return found

    def virtual_table(self, parts):
        return virtual.find(self, parts)

    # Rows -----------------------------------------------------------------------------------------------------------

    def table_rows(self, table):
        """All rows as text, in the order of their key."""
        order = ", ".join('"%s"' % name for name in table.key()) or "rowid"
        rows = self.state.db.execute("SELECT * FROM %s ORDER BY %s" % (table.quoted, order)).fetchall()
        kinds = [column["type"] for column in table.columns]
        return [[datatypes.show(value, kind) for value, kind in zip(row, kinds)] for row in rows]

    def row_of(self, table, fields, columns=None):
        """Values as they are stored; refused where the table does not take them."""
        names = columns or [column["name"] for column in table.columns]
        if len(fields) != len(names):
            raise SqlError("expected %d fields, got %d" % (len(names), len(fields)), "22P04")
        given = dict(zip(names, fields))
        row = []
        for column in table.columns:
            value = given.get(column["name"])
            if column["name"] not in given and "default" in column:
                value = self.state.db.execute("SELECT %s" % column["default"]).fetchone()[0]
            required = not column["nullable"] or column["name"] in table.body["pk"]
            if value is None and required:
                raise SqlError('null value in column "%s" violates not-null constraint' % column["name"], "23502")
            row.append(datatypes.store(value, column["type"], column["name"]))
        return row

    def ts_operation(self, table, rows, wal=True):
        marks = ", ".join("?" for _ in table.columns)
        key = [column["name"] for column in table.columns].index(table.body["primary_tags"][0])
        sql = "INSERT OR REPLACE INTO %s VALUES (%s)" % (table.quoted, marks)
        encoded = [[encode(value) for value in row] for row in rows]
        return {"k": "rows", "table": table.physical, "sql": sql, "rows": encoded, "wal": wal, "key": key}

    # Objects, for statements and for IMPORT -------------------------------------------------------------------------

    def create_database(self, name, ts):
        self.commit([rel("INSERT INTO rel.databases VALUES (?, ?, NULL)", [name, int(ts)]), ddl.GOSSIP])

    def drop_database(self, name):
        operations = [each for table in self.state.tables(name) for each in ddl.drop_operations(table)]
        operations += [rel("DELETE FROM rel.schemas WHERE db = ?", [name]), rel("DELETE FROM rel.databases WHERE name = ?", [name])]
        self.commit(operations + [ddl.GOSSIP])

    def create_schema(self, db, name):
        self.commit([rel("INSERT OR IGNORE INTO rel.schemas VALUES (?, ?)", [db, name]), ddl.GOSSIP])

    def create_table(self, db, schema, name, cursor):
        """cursor: at the parenthesis after the name."""
        ts_database = self.database(db)
        if schema != "public" and not self.state.db.execute("SELECT 1 FROM rel.schemas WHERE db = ? AND name = ?", (db, schema)).fetchone():
            raise SqlError('cannot create "%s.%s.%s" because the target database or schema does not exist' % (db, schema, name), "3F000")
        body = ddl.parse_table(cursor, ts_database)
        if body.get("ts") and not ts_database:
            raise SqlError('can not create timeseries table in relational database "%s"' % db, "42809")
        return self.create_object(db, schema, name, "table", body)

    def create_object(self, db, schema, name, kind, body):
        if self.state.find(db, schema, name) is not None:
            raise SqlError('relation "%s" already exists' % name, "42P07")
        table, operations = ddl.descriptor_operations(self.state, db, schema, name, kind, body)
        self.commit(operations + [ddl.GOSSIP])
        return table
