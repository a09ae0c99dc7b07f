"""INSERT, UPDATE, DELETE: evaluated here, committed as plain rows, so that every node and the log of a time-series table get the same."""

from . import query
from .errors import SqlError, not_covered
from .state import rel
from .tokens import Cursor


def tag(word, count):
    from .session import Result

    return Result("%s %d" % (word, count))


def insert(session, cursor):
    replaces = cursor.tokens[0].upper == "UPSERT"
    cursor.expect("INTO")
    table = session.resolve(cursor.dotted())
    if table.kind != "table":
        raise SqlError('"%s" is not a table' % table.name, "42809")
    columns = cursor.name_list() if cursor.sees("(") else None
    rows = values(session, cursor) if cursor.take("VALUES") else selected(session, cursor)
    stored = [session.row_of(table, row, columns or [column["name"] for column in table.columns[: len(row)]]) for row in rows]
    if table.ts:
        session.commit([session.ts_operation(table, stored)])
    else:
        marks = ", ".join("?" for _ in table.columns)
        session.commit([rel("INSERT %sINTO %s VALUES (%s)" % ("OR REPLACE " if replaces else "", table.quoted, marks), *stored)])
    return tag("INSERT", len(stored))


def values(session, cursor):
    """Each value is an expression; a plain string stays as it is."""
    rows = []
    while True:
        inner = cursor.group()
        row, part, depth = [], [], 0
        for token in inner + [None]:
            if token is not None:
                depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token is None or (depth == 0 and token.text == "," and token.kind == "op"):
                row.append(evaluate(session, cursor.sql, part))
                part = []
            else:
                part.append(token)
        rows.append(row)
        if not cursor.take(","):
            break
    cursor.finish()
    return rows


def evaluate(session, sql, tokens):
    if not tokens:
        raise SqlError('at or near ")": syntax error', "42601")
    if len(tokens) == 1 and tokens[0].kind == "string" and tokens[0].text[0] == "'":
        return tokens[0].value
    if len(tokens) == 1 and tokens[0].kind == "number":
        return tokens[0].text
    translated = query.Translation(session).text(sql[tokens[0].start : tokens[-1].end])
    return session.state.db.execute("SELECT %s" % translated).fetchone()[0]


def selected(session, cursor):
    if not (cursor.sees("SELECT") or cursor.sees("WITH") or cursor.sees("TABLE")):
        raise cursor.syntax_error()
    text = cursor.rest()
    if Cursor(text).sees("TABLE"):
        text = "SELECT * FROM " + text[5:]
    _, rows, _ = query.select(session, text)
    return rows


def where_of(session, cursor):
    """The condition as SQLite reads it."""
    if cursor.done():
        return ""
    cursor.expect("WHERE")
    return " WHERE " + query.Translation(session).text(cursor.rest())


def update(session, cursor):
    table = session.resolve(cursor.dotted())
    if table.ts:
        raise not_covered("UPDATE of time-series tables")
    cursor.expect("SET")
    start = cursor.peek().start
    while not cursor.done() and not cursor.sees("WHERE"):
        cursor.next()
    end = cursor.peek().start if cursor.peek() else len(cursor.sql)
    assignments = query.Translation(session).text(cursor.sql[start:end])
    where = where_of(session, cursor)
    source = '%s AS "%s"' % (table.quoted, table.name)
    count = session.state.db.execute("SELECT count(*) FROM %s%s" % (source, where)).fetchone()[0]
    session.commit([rel("UPDATE %s SET %s%s" % (source, assignments, where))])
    return tag("UPDATE", count)


def delete(session, cursor):
    cursor.expect("FROM")
    table = session.resolve(cursor.dotted())
    where = where_of(session, cursor)
    source = '%s AS "%s"' % (table.quoted, table.name)
    keys = table.key() or ["rowid"]
    columns = ", ".join('"%s"' % key for key in keys)
    found = session.state.db.execute("SELECT %s FROM %s%s" % (columns, source, where)).fetchall()
    sql = "DELETE FROM %s WHERE %s" % (table.quoted, " AND ".join('"%s" = ?' % key for key in keys))
    if table.ts:
        session.commit([{"k": "rows", "table": table.physical, "sql": sql, "rows": [list(row) for row in found], "key": 0}] if found else [])
    elif found:
        session.commit([rel(sql, *[list(row) for row in found])])
    return tag("DELETE", len(found))
