"""What each statement does, by its first word; SELECT, SHOW, INSERT, EXPORT and IMPORT have files of their own."""

import json

from . import datatypes, ddl, dml, exports, imports, query, sequences, show
from .errors import SqlError, not_covered
from .session import Result
from .state import create_physical, rel
from .tokens import Cursor

ENTERPRISE = {"BACKUP": "The BACKUP can only be used in the enterprise version", "RESTORE": "The RESTORE can only be used in the enterprise version"}


def select(session, cursor):
    found = sequences.answer(session, Cursor(cursor.sql))
    if found is not None:
        return session.rows(*found)
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
        session.create_object(*session.place(cursor.dotted()), "sequence", sequences.parse(cursor))
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
