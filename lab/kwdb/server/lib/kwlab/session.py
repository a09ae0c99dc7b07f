"""One client's session: the current database, the user, and which statement does what."""

import itertools
import sqlite3

from . import datatypes, ddl, dml, exports, imports, query, show, virtual
from .errors import SqlError, not_covered
from .state import create_physical, rel
from .tokens import Cursor

COUNTER = itertools.count(1)
ENTERPRISE = {"BACKUP": "The BACKUP can only be used in the enterprise version", "RESTORE": "The RESTORE can only be used in the enterprise version"}
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
        cursor = Cursor(sql)
        token = cursor.peek()
        act = ACTS.get(token.upper) if token.kind == "word" else None
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
        from .engine import encode

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


# Statements -------------------------------------------------------------------------------------------------------------


def select(session, cursor):
    names, rows, _ = query.select(session, cursor.sql)
    return session.rows(names, rows)


def whole_table(session, cursor):
    cursor.expect("TABLE")
    names, rows, _ = query.select(session, "SELECT * FROM %s" % cursor.rest())
    return session.rows(names, rows)


def create(session, cursor):
    ts = cursor.take("TS")
    if cursor.take("DATABASE"):
        quiet = cursor.take("IF", "NOT", "EXISTS")
        name = cursor.name()
        if name not in session.state.databases():
            session.create_database(name, ts)
        elif not quiet:
            raise SqlError('database "%s" already exists' % name, "42P04")
        return Result("CREATE TS DATABASE" if ts else "CREATE DATABASE")
    if cursor.take("TABLE"):
        quiet = cursor.take("IF", "NOT", "EXISTS")
        db, schema, name = session.place(cursor.dotted())
        if not (quiet and session.state.find(db, schema, name)):
            session.create_table(db, schema, name, cursor)
        return Result("CREATE TABLE")
    if cursor.take("SCHEMA"):
        quiet = cursor.take("IF", "NOT", "EXISTS")
        parts = cursor.dotted()
        session.create_schema(parts[0] if len(parts) == 2 else session.current, parts[-1])
        return Result("CREATE SCHEMA")
    return create_other(session, cursor)


def create_other(session, cursor):
    if cursor.take("VIEW"):
        db, schema, name = session.place(cursor.dotted())
        names = cursor.name_list() if cursor.sees("(") else None
        cursor.expect("AS")
        text = cursor.rest()
        columns, _, _ = query.select(session, text)
        session.create_object(db, schema, name, "view", {"query": qualified(session, text), "names": names or columns})
        return Result("CREATE VIEW")
    if cursor.take("SEQUENCE"):
        session.create_object(*session.place(cursor.dotted()), "sequence", {"text": cursor.rest()})
        return Result("CREATE SEQUENCE")
    if cursor.take("PROCEDURE"):
        session.create_object(*session.place(cursor.dotted()), "procedure", {"text": cursor.sql})
        return Result("CREATE PROCEDURE")
    if cursor.take("USER") or cursor.take("ROLE"):
        return create_user(session, cursor, cursor.tokens[1].upper)
    if cursor.take("SCHEDULE"):
        return create_schedule(cursor)
    if cursor.sees("UNIQUE") or cursor.sees("INDEX"):
        return create_index(session, cursor)
    raise not_covered("CREATE %s" % (cursor.peek().upper if cursor.peek() else ""))


def qualified(session, text):
    """A view's tables by their full names, so that it means the same from every database."""
    parts, cursor = [], Cursor(text)
    expecting = False
    while not cursor.done():
        token = cursor.peek()
        if expecting and token.kind in ("word", "quoted"):
            db, schema, name = session.place(cursor.dotted())
            parts.append("%s.%s.%s" % (ddl.quoted(db), ddl.quoted(schema), ddl.quoted(name)))
            expecting = False
            continue
        expecting = token.upper in ("FROM", "JOIN")
        parts.append(cursor.next().text)
    return " ".join(parts).replace(" . ", ".").replace(" ,", ",").replace("( ", "(").replace(" )", ")")


def create_user(session, cursor, what):
    session.require_admin("CREATE USER")
    quiet = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name()
    cursor.take("WITH")
    password = None
    if cursor.take("PASSWORD"):
        password = cursor.string()
    known = session.state.db.execute("SELECT 1 FROM rel.users WHERE name = ?", (name,)).fetchone()
    if known and not quiet:
        raise SqlError("a %s named %s already exists" % (what.lower(), name), "42710")
    if not known:
        session.commit([rel("INSERT INTO rel.users VALUES (?, ?, 0, ?)", [name, int(what == "ROLE"), password])])
    return Result("CREATE %s" % what)


def create_schedule(cursor):
    cursor.name()
    cursor.expect("FOR", "SQL")
    statement = Cursor(cursor.string())
    if statement.sees("EXPORT"):
        raise SqlError("EXPORT does not support to be scheduled", "0A000")
    raise not_covered("schedules")


def create_index(session, cursor):
    unique = cursor.take("UNIQUE")
    cursor.expect("INDEX")
    name = None if cursor.sees("ON") else cursor.name()
    cursor.expect("ON")
    table = session.resolve(cursor.dotted())
    columns = cursor.name_list()
    index = {"name": name or "%s_%s_idx" % (table.name, "_".join(columns)), "columns": columns, "unique": unique}
    store_body(session, table, {**table.body, "indexes": table.body["indexes"] + [index]})
    return Result("CREATE INDEX")


def store_body(session, table, body):
    import json

    session.commit([rel("UPDATE rel.descriptors SET body = ? WHERE id = ?", [json.dumps(body), table.id]), ddl.GOSSIP])


def drop(session, cursor):
    for kind, tag in (("DATABASE", "DATABASE"), ("TABLE", "TABLE"), ("VIEW", "VIEW"), ("SEQUENCE", "SEQUENCE"), ("USER", "USER"), ("ROLE", "ROLE"), ("PROCEDURE", "PROCEDURE")):
        if cursor.take(kind):
            quiet = cursor.take("IF", "EXISTS")
            if kind == "DATABASE":
                drop_database(session, cursor, quiet)
            elif kind in ("USER", "ROLE"):
                session.commit([rel("DELETE FROM rel.users WHERE name = ?", [cursor.name()])])
            else:
                drop_relation(session, cursor, kind.lower(), quiet)
            return Result("DROP %s" % tag)
    raise not_covered("DROP %s" % (cursor.peek().upper if cursor.peek() else ""))


def drop_database(session, cursor, quiet):
    name = cursor.name()
    if name not in session.state.databases():
        if quiet:
            return
        raise SqlError('database "%s" does not exist' % name, "3D000")
    if not cursor.take("CASCADE") and session.state.tables(name):
        raise SqlError('database "%s" is not empty and RESTRICT was specified' % name, "2BP01")
    session.drop_database(name)


def drop_relation(session, cursor, kind, quiet):
    names = [cursor.dotted()]
    while cursor.take(","):
        names.append(cursor.dotted())
    for parts in names:
        found = session.state.find(*session.place(parts))
        if found is None or found.kind != kind:
            if quiet:
                continue
            raise SqlError('relation "%s" does not exist' % ".".join(parts), "42P01")
        session.commit(ddl.drop_operations(found) + [ddl.GOSSIP])


def alter(session, cursor):
    if cursor.take("USER") or cursor.take("ROLE"):
        name = cursor.name()
        cursor.take("WITH")
        cursor.expect("PASSWORD")
        password = cursor.string()
        if not session.state.db.execute("SELECT 1 FROM rel.users WHERE name = ?", (name,)).fetchone():
            raise SqlError("cannot alter user: role/user %s does not exist" % name, "42704")
        session.commit([rel("UPDATE rel.users SET password = ? WHERE name = ?", [password, name])])
        return Result("ALTER ROLE")
    if cursor.take("DATABASE"):
        return rename_database(session, cursor)
    if cursor.take("TABLE"):
        return alter_table(session, cursor)
    raise not_covered("ALTER %s" % (cursor.peek().upper if cursor.peek() else ""))


def rename_database(session, cursor):
    name = cursor.name()
    cursor.expect("RENAME", "TO")
    new = cursor.name()
    session.database(name)
    if new in session.state.databases():
        raise SqlError('the new database name "%s" already exists' % new, "42P04")
    session.commit(
        [
            rel("UPDATE rel.databases SET name = ? WHERE name = ?", [new, name]),
            rel("UPDATE rel.descriptors SET db = ? WHERE db = ?", [new, name]),
            rel("UPDATE rel.schemas SET db = ? WHERE db = ?", [new, name]),
            ddl.GOSSIP,
        ]
    )
    return Result("RENAME DATABASE")


def alter_table(session, cursor):
    table = session.resolve(cursor.dotted())
    if cursor.take("RENAME", "TO"):
        new = cursor.name()
        if session.state.find(table.db, table.schema, new):
            raise SqlError('relation "%s" already exists' % new, "42P07")
        session.commit([rel("UPDATE rel.descriptors SET name = ? WHERE id = ?", [new, table.id]), ddl.GOSSIP])
        return Result("RENAME TABLE")
    if cursor.take("ADD"):
        cursor.take("COLUMN")
        body = {**table.body, "columns": [], "indexes": list(table.body["indexes"])}
        ddl.parse_column(cursor, body, table.ts)
        column = body["columns"][0]
        if table.ts or not column["nullable"]:
            raise not_covered("ALTER TABLE ADD COLUMN on time-series tables or NOT NULL")
        sql = 'ALTER TABLE %s ADD COLUMN "%s" %s' % (table.quoted, column["name"], datatypes.affinity(column["type"]))
        import json

        stored = json.dumps({**table.body, "columns": table.columns + [column]})
        session.commit([{"k": "rel", "sql": sql}, rel("UPDATE rel.descriptors SET body = ? WHERE id = ?", [stored, table.id]), ddl.GOSSIP])
        return Result("ALTER TABLE")
    raise not_covered("ALTER TABLE %s" % cursor.rest())


def grant(session, cursor):
    session.require_admin("GRANT")
    role = cursor.name()
    cursor.expect("TO")
    name = cursor.name()
    if role != "admin":
        raise not_covered("GRANT %s" % role)
    session.commit([rel("UPDATE rel.users SET admin = 1 WHERE name = ?", [name])])
    return Result("GRANT")


def use(session, cursor):
    name = cursor.name()
    session.database(name)
    session.current = name
    return Result("SET")


def set_statement(session, cursor):
    if cursor.take("CLUSTER", "SETTING"):
        return show.set_cluster_setting(session, cursor)
    cursor.take("SESSION")
    if cursor.take("DATABASE"):
        cursor.take("=") or cursor.take("TO")
        return use(session, cursor)
    return Result("SET")


def reset(session, cursor):
    cursor.expect("CLUSTER", "SETTING")
    return show.reset_cluster_setting(session, cursor)


def begin(session, cursor):
    session.in_transaction = True
    return Result("BEGIN")


def commit(session, cursor):
    session.in_transaction = False
    return Result("COMMIT")


def rollback(session, cursor):
    session.in_transaction = False
    raise not_covered("ROLLBACK: each statement is committed as it runs")


def enterprise(word):
    def refuse(session, cursor):
        raise SqlError(ENTERPRISE[word])

    return refuse


def truncate(session, cursor):
    cursor.take("TABLE")
    table = session.resolve(cursor.dotted())
    drop_sql, create_sql = "DROP TABLE %s" % table.quoted, create_physical(table)
    kind = "ddl" if table.ts else "rel"
    session.commit([{"k": kind, "sql": drop_sql}, {"k": kind, "sql": create_sql}])
    return Result("TRUNCATE")


ACTS = {
    "SELECT": select, "WITH": select, "VALUES": select, "TABLE": whole_table, "SHOW": show.run, "CREATE": create, "DROP": drop, "ALTER": alter,
    "INSERT": dml.insert, "UPSERT": dml.insert, "UPDATE": dml.update, "DELETE": dml.delete, "TRUNCATE": truncate, "GRANT": grant,
    "SET": set_statement, "RESET": reset, "USE": use, "BEGIN": begin, "COMMIT": commit, "END": commit, "ROLLBACK": rollback,
    "EXPORT": exports.run, "IMPORT": imports.run, "BACKUP": enterprise("BACKUP"), "RESTORE": enterprise("RESTORE"),
}  # fmt: skip
