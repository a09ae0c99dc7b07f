"""CREATE, DROP and the text of SHOW CREATE, which is also what EXPORT writes into meta.sql."""

from . import datatypes, sequences
from .errors import SqlError, not_covered
from .state import Table, create_physical, rel
from .tokens import Cursor

GOSSIP = {"k": "gossip"}


def parse_table(cursor, ts_database):
    """The body of CREATE TABLE from the opening parenthesis on."""
    body = {"columns": [], "pk": [], "indexes": [], "checks": []}
    inner = sub_cursor(cursor, cursor.group())
    later_is_ts = cursor.sees("TAGS") or cursor.sees("ATTRIBUTES")
    while not inner.done():
        parse_item(inner, body, later_is_ts)
        if not inner.take(","):
            break
    inner.finish()
    if later_is_ts:
        parse_tags(cursor, body)
    elif ts_database:
        raise SqlError("can not create relational table in timeseries database", "42809")
    return body


def sub_cursor(cursor, tokens):
    inner = Cursor("")
    inner.sql, inner.tokens = cursor.sql, tokens
    return inner


def parse_item(inner, body, ts):
    named = inner.name() if inner.take("CONSTRAINT") else None
    if inner.take("PRIMARY", "KEY"):
        body["pk"] = inner.name_list()
        body["pk_name"] = named or "primary"
    elif inner.take("UNIQUE", "INDEX") or inner.take("UNIQUE"):
        parse_index(inner, body, True, named)
    elif inner.take("INDEX") or inner.take("KEY"):
        parse_index(inner, body, False, named)
    elif inner.take("FAMILY"):
        if not inner.sees("("):
            inner.name()
        inner.name_list()
    elif inner.take("CHECK"):
        body["checks"].append(words(inner.group()))
    elif inner.take("FOREIGN", "KEY"):
        raise not_covered("foreign keys")
    else:
        parse_column(inner, body, ts)


def parse_index(inner, body, unique, named):
    name = named if inner.sees("(") else inner.name()
    columns = inner.name_list()
    body["indexes"].append({"name": name or "%s_idx" % "_".join(columns), "columns": columns, "unique": unique})


def parse_column(inner, body, ts, tag=False):
    column = {"name": inner.name(), "type": datatypes.parse_type(inner, ts), "nullable": True}
    if tag:
        column["tag"] = True
    while not inner.done() and not inner.sees(","):
        if inner.take("NOT", "NULL"):
            column["nullable"] = False
        elif inner.take("NULL"):
            column["nullable"] = True
        elif inner.take("PRIMARY", "KEY"):
            body["pk"], body["pk_name"] = [column["name"]], "primary"
            column["nullable"] = False
        elif inner.take("UNIQUE"):
            body["indexes"].append({"name": "%s_key" % column["name"], "columns": [column["name"]], "unique": True})
        elif inner.take("DEFAULT"):
            column["default"] = default_text(inner)
        else:
            raise inner.syntax_error()
    body["columns"].append(column)


def default_text(inner):
    parts, depth = [], 0
    while not inner.done() and (depth or not (inner.sees(",") or inner.sees("NOT") or inner.sees("PRIMARY") or inner.sees("UNIQUE"))):
        token = inner.next()
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        parts.append(token)
    return words(parts)


def words(tokens):
    text = ""
    for token in tokens:
        glue = "" if not text or token.text in "(),.::" or text.endswith(("(", ".", "::")) else " "
        text += glue + token.text
    return text


def parse_tags(cursor, body):
    body["ts"] = True
    cursor.next()
    inner = sub_cursor(cursor, cursor.group())
    while not inner.done():
        parse_column(inner, body, True, tag=True)
        if not inner.take(","):
            break
    cursor.expect("PRIMARY", "TAGS")
    body["primary_tags"] = cursor.name_list()
    body["retentions"] = "0s"
    while not cursor.done():
        if cursor.take("RETENTIONS"):
            body["retentions"] = cursor.next().text
        elif cursor.take("ACTIVETIME") or cursor.take("PARTITION", "INTERVAL"):
            cursor.next()
        else:
            break


def create_text(table, name=None):
    """As SHOW CREATE prints it; without the last semicolon."""
    if table.kind == "view":
        return "CREATE VIEW %s (%s) AS %s" % (table.name, ", ".join(table.body["names"]), table.body["query"])
    if table.kind == "sequence":
        return sequences.create_text(table, quoted(name or table.name))
    if table.kind == "procedure":
        return table.body["text"]
    return time_series_text(table, name) if table.ts else relational_text(table, name)


def quoted(name):
    plain = name.replace("_", "a").isalnum() and name == name.lower() and not name[0].isdigit() and name not in ("primary", "table", "index", "order", "user")
    return name if plain else '"%s"' % name


def relational_text(table, name):
    lines = []
    for column in table.columns:
        default = " DEFAULT %s" % column["default"] if "default" in column else ""
        nullable = "NULL" if column["nullable"] and column["name"] not in table.body["pk"] else "NOT NULL"
        lines.append("%s %s %s%s" % (quoted(column["name"]), column["type"], nullable, default))
    if table.body["pk"]:
        keys = ", ".join("%s ASC" % quoted(each) for each in table.body["pk"])
        lines.append("CONSTRAINT %s PRIMARY KEY (%s)" % (quoted(table.body.get("pk_name", "primary")), keys))
    for index in table.body["indexes"]:
        keys = ", ".join("%s ASC" % quoted(each) for each in index["columns"])
        lines.append("%sINDEX %s (%s)" % ("UNIQUE " if index["unique"] else "", quoted(index["name"]), keys))
    members = [column["name"] for column in table.columns] + ([] if table.body["pk"] else ["rowid"])
    lines.append('FAMILY "primary" (%s)' % ", ".join(quoted(each) for each in members))
    lines += ["CHECK (%s)" % check for check in table.body["checks"]]
    return "CREATE TABLE %s (\n\t%s\n)" % (quoted(name or table.name), ",\n\t".join(lines))


def time_series_text(table, name):
    def line(column):
        default = " DEFAULT %s" % column["default"] if "default" in column else ""
        null = " NOT NULL" if not column["nullable"] else "" if column.get("tag") else " NULL"
        return "%s %s%s%s" % (quoted(column["name"]), column["type"], null, default)

    columns = ",\n\t".join(line(column) for column in table.columns if not column.get("tag"))
    tags = ",\n\t".join(line(column) for column in table.columns if column.get("tag"))
    primary = ", ".join(quoted(each) for each in table.body["primary_tags"])
    text = "CREATE TABLE %s (\n\t%s\n) TAGS (\n\t%s ) PRIMARY TAGS(%s)\n\tretentions %s"
    return text % (quoted(name or table.name), columns, tags, primary, table.body["retentions"])


def descriptor_operations(state, db, schema, name, kind, body):
    """Operations that make a table or another object; the id is the next one."""
    import json

    number = state.next_id()
    table = Table((number, db, schema, name, kind, json.dumps(body)))
    row = [number, db, schema, name, kind, json.dumps(body)]
    operations = [
        rel("INSERT INTO rel.descriptors VALUES (?, ?, ?, ?, ?, ?)", row),
        rel("UPDATE rel.meta SET value = value + 1 WHERE key = 'next_id'"),
    ]
    if kind == "table":
        physical = create_physical(table)
        operations.append({"k": "ddl", "sql": physical} if table.ts else {"k": "rel", "sql": physical})
    return table, operations


def drop_operations(table):
    operations = [rel("DELETE FROM rel.descriptors WHERE id = ?", [table.id])]
    if table.kind == "table":
        drop = "DROP TABLE %s" % table.quoted
        operations.append({"k": "ddl", "sql": drop} if table.ts else {"k": "rel", "sql": drop})
    return operations
