"""Sequences: CREATE with its options, last_value, nextval and setval alone in a SELECT. As the source of KWDB has them (pkg/sql/sequence.go): a fresh one is one
step before START, nextval adds a step first, setval refuses what is out of bounds, and last_value is the raw value, which may lie beyond the bounds.

Not covered: currval, CYCLE and CACHE (KWDB refuses both), VIRTUAL, OWNED BY, nextval in a DEFAULT or among other columns.
"""
import json

from .errors import SqlError
from .state import rel
from .tokens import Cursor

OPTIONS = (("INCREMENT", "BY"), ("MINVALUE",), ("MAXVALUE",), ("START", "WITH"))
LARGEST = 2**63 - 1


def parse(cursor):
    """The body of a descriptor."""
    given = {}
    while not cursor.done():
        words = next((words for words in OPTIONS if cursor.sees(words[0])), None)
        if words is None:
            raise cursor.syntax_error()
        cursor.next()
        if len(words) == 2:
            cursor.take(words[1])
        given[words[0]] = integer(cursor)
    step = given.get("INCREMENT", 1)
    if step == 0:
        raise SqlError("INCREMENT must not be zero", "22023")
    low, high = given.get("MINVALUE", 1 if step > 0 else -LARGEST - 1), given.get("MAXVALUE", LARGEST if step > 0 else -1)
    start = given.get("START", low if step > 0 else high)
    return {"increment": step, "min": low, "max": high, "start": start, "value": start - step}


def integer(cursor):
    sign = -1 if cursor.take("-") else 1
    token = cursor.next()
    if not token.text.isdigit():
        raise cursor.syntax_error()
    return sign * int(token.text)


def create_text(table, name):
    body = table.body
    return "CREATE SEQUENCE %s MINVALUE %d MAXVALUE %d INCREMENT %d START %d" % (name, body["min"], body["max"], body["increment"], body["start"])


def answer(session, cursor):
    """(columns, rows) of the statements about a sequence; None for any other SELECT."""
    if not cursor.take("SELECT"):
        return None
    if cursor.take("LAST_VALUE", "FROM"):
        table = session.resolve(cursor.dotted())
        return None if table.kind != "sequence" or not cursor.done() else (["last_value"], [[str(table.body["value"])]])
    for word, act in (("NEXTVAL", step), ("SETVAL", move)):
        if cursor.take(word, "("):
            table = session.resolve(Cursor(cursor.string()).dotted())
            if table.kind != "sequence":
                raise SqlError('"%s" is not a sequence' % table.name, "42809")
            return [word.lower()], [[str(act(session, table, cursor))]]
    return None


def step(session, table, cursor):
    cursor.expect(")")
    body = table.body
    value = body["value"] + body["increment"]
    write(session, table, value)
    if not body["min"] <= value <= body["max"]:
        word, bound = ("maximum", body["max"]) if body["increment"] > 0 else ("minimum", body["min"])
        raise SqlError('reached %s value of sequence "%s" (%d)' % (word, table.name, bound), "2200H")
    return value


def move(session, table, cursor):
    cursor.expect(",")
    value, body = integer(cursor), table.body
    cursor.expect(")")
    if not body["min"] <= value <= body["max"]:
        raise SqlError('value %d is out of bounds for sequence "%s" (%d..%d)' % (value, table.name, body["min"], body["max"]), "22003")
    write(session, table, value)
    return value


def write(session, table, value):
    body = dict(table.body, value=value)
    session.commit([rel("UPDATE rel.descriptors SET body = ? WHERE id = ?", [json.dumps(body), table.id])])
