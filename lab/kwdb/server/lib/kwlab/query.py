"""SELECT as KWDB writes it, turned into SELECT as SQLite reads it; rows come back as the client prints them.

Covered: joins, sub-queries, grouping, views, `::type`, `->>`, [SHOW …], kwdb_internal. Not covered: AS OF SYSTEM TIME, time buckets and the
other functions that KWDB has and SQLite does not; a wrong one is refused by SQLite with its own words.
"""

import datetime
import json
import sqlite3

from . import datatypes
from .errors import SqlError
from .tokens import tokenize

END_OF_FROM = {"WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "HAVING", "UNION", "INTERSECT", "EXCEPT", "ON", "USING", "SET", "VALUES", "SELECT", "WINDOW"}
NO_ALIAS = END_OF_FROM | {"JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "AS", "FROM"}


class Translation:
    def __init__(self, session):
        self.session = session
        self.state = session.state
        self.tables = []
        self.made = []

    def text(self, sql, depth=0):
        tokens = tokenize(sql)
        return self.join(self.operators(self.names(tokens, sql, depth)))

    def join(self, parts):
        out = ""
        for part in parts:
            out += ("" if not out or out[-1] in "(." or part in (".", ")", ",") else " ") + part
        return out

    def names(self, tokens, sql, depth):
        """Table names become the physical ones; the rest stays."""
        out, at = [], 0
        stack, expecting = [], False
        in_from = False
        while at < len(tokens):
            token = tokens[at]
            upper = token.upper
            if token.kind == "op" and token.text == "(":
                stack.append((in_from, expecting))
                in_from = expecting = False
            elif token.kind == "op" and token.text == ")":
                in_from, expecting = stack.pop() if stack else (False, False)
                expecting = False
            elif token.kind == "op" and token.text == "[" and expecting:
                end = next(index for index in range(at, len(tokens)) if tokens[index].text == "]")
                out += self.bracket(sql[token.end : tokens[end].start], tokens, end + 1)
                at, expecting = end + 1, False
                continue
            elif token.kind == "word" and upper in ("FROM", "JOIN"):
                in_from = expecting = True
            elif token.kind == "word" and upper in END_OF_FROM:
                in_from = expecting = False
            elif token.kind == "op" and token.text == "," and in_from:
                expecting = True
            elif token.kind in ("word", "quoted") and expecting:
                at = self.table(tokens, at, out, depth)
                expecting = False
                continue
            elif token.kind in ("word", "quoted") and self.is_dotted(tokens, at) >= 3:
                count = self.is_dotted(tokens, at)
                at += 2 * (count - 2)
                continue
            out.append(self.plain(token))
            at += 1
        return out

    def plain(self, token):
        if token.kind == "quoted":
            return token.text
        if token.kind == "string":
            text = token.value
            if token.text[0] in "eE":
                text = text.encode().decode("unicode_escape")
            return "'%s'" % text.replace("'", "''")
        return token.text

    def is_dotted(self, tokens, at):
        count = 1
        while at + 2 < len(tokens) + 0 and tokens[at + 1].text == "." and tokens[at + 2].kind in ("word", "quoted"):
            count, at = count + 1, at + 2
        return count

    def table(self, tokens, at, out, depth):
        count = self.is_dotted(tokens, at)
        parts = [tokens[at + 2 * index].value for index in range(count)]
        after = at + 2 * count - 1
        following = tokens[after] if after < len(tokens) else None
        if following is not None and following.text == "(":
            out.append(tokens[at].text)
            return at + 1
        aliased = following is not None and (
            following.upper == "AS" or following.kind == "quoted" or (following.kind == "word" and following.upper not in NO_ALIAS)
        )
        out.append(self.source(parts, depth))
        if not aliased:
            out += ["AS", '"%s"' % parts[-1]]
        return after

    def source(self, parts, depth):
        virtual = self.session.virtual_table(parts)
        if virtual is not None:
            return self.materialize(*virtual)
        table = self.session.resolve(parts)
        if table.kind == "view":
            if depth > 20:
                raise SqlError("view nesting too deep")
            return "(%s)" % self.text(table.body["query"], depth + 1)
        if table.kind != "table":
            raise SqlError('"%s" is not a table' % table.name, "42809")
        self.tables.append(table)
        return table.quoted

    def bracket(self, statement, tokens, after):
        result = self.session.run(statement.strip())
        aliased = after < len(tokens) and tokens[after].kind == "word" and tokens[after].upper not in NO_ALIAS - {"AS"}
        return [self.materialize(result.columns, result.rows)] + ([] if aliased else ["AS", '"show"'])

    def materialize(self, columns, rows):
        name = "v%d" % (len(self.made) + 1 + self.session.next_virtual())
        self.state.db.execute('CREATE TEMP TABLE "%s" (%s)' % (name, ", ".join('"%s"' % column for column in columns)))
        marks = ", ".join("?" for _ in columns)
        self.state.db.executemany('INSERT INTO temp."%s" VALUES (%s)' % (name, marks), rows)
        self.made.append(name)
        return 'temp."%s"' % name

    def operators(self, parts):
        """`x::TYPE` and `x->>'key'`, which SQLite spells otherwise."""
        out, at = [], 0
        while at < len(parts):
            part = parts[at]
            if part == "::":
                start = primary_start(out)
                kind, at = self.type_at(parts, at + 1)
                out[start:] = ["CAST(", *out[start:], "AS", kind, ")"]
                continue
            if part in ("->>", "->"):
                start = primary_start(out)
                out[start:] = ["json_get(", *out[start:], ",", parts[at + 1], ")"]
                at += 2
                continue
            out.append("TEXT" if part.upper() in ("STRING", "VARCHAR") and out and out[-1].upper() == "AS" else part)
            at += 1
        return out

    def type_at(self, parts, at):
        base = datatypes.ALIASES.get(parts[at].upper())
        if base is None:
            raise SqlError('type "%s" does not exist' % parts[at].lower(), "42704")
        at += 1
        if at < len(parts) and parts[at] == "(":
            while parts[at] != ")":
                at += 1
            at += 1
        return datatypes.affinity(base), at

    def clean(self):
        for name in self.made:
            self.state.db.execute('DROP TABLE temp."%s"' % name)


def primary_start(out):
    at = len(out) - 1
    if out[at] == ")":
        depth = 0
        while True:
            depth += {")": 1, "(": -1}.get(out[at], 0)
            # json_get( and CAST( were put there in one piece.
            if out[at] in ("json_get(", "CAST("):
                depth -= 1
            if depth <= 0:
                break
            at -= 1
        if at > 0 and (out[at - 1].replace("_", "").isalnum() and out[at - 1].upper() not in ("SELECT", "AND", "OR", "WHERE", "IN", "NOT", "BY")):
            at -= 1
    while at >= 2 and out[at - 1] == ".":
        at -= 2
    return at


def select(session, sql):
    """(columns, rows as printed, the types of the columns)."""
    translation = Translation(session)
    try:
        text = translation.text(sql)
        cursor = session.state.db.execute(text)
        raw = [each[0] for each in cursor.description or []]
        rows = cursor.fetchall()
    except sqlite3.Error as error:
        raise sqlite_error(error) from None
    finally:
        translation.clean()
    names, kinds = describe(sql, raw, translation.tables)
    return names, [[datatypes.show(value, kind) for value, kind in zip(row, kinds)] for row in rows], kinds


def sqlite_error(error):
    text = str(error)
    if text.startswith("no such column: "):
        return SqlError('column "%s" does not exist' % text[16:], "42703")
    if text.startswith("no such function: "):
        return SqlError("unknown function: %s()" % text[18:].lower(), "42883")
    if text.startswith("UNIQUE constraint failed"):
        return SqlError("duplicate key value violates unique constraint: %s" % text.split(": ", 1)[1], "23505")
    return SqlError("the lab's stand-in: %s" % text, "0A000" if "syntax" in text else "XX000")


def describe(sql, raw, tables):
    """Names of the columns as KWDB gives them, and the types of those that are plain columns."""
    types = {}
    for table in reversed(tables):
        types.update({column["name"]: column["type"] for column in table.columns})
    items = select_items(tokenize(sql))
    names, stars = [], sum(1 for item in items if item and item[-1].text == "*")
    if stars > 1 or not items:
        return raw, [types.get(name.lower()) for name in raw]
    kinds = []
    for item in items:
        if item[-1].text == "*" and (len(item) == 1 or item[-2].text == "."):
            spread = raw[len(names) : len(names) + len(raw) - len(items) + 1]
            names += spread
            kinds += [types.get(name.lower()) for name in spread]
        else:
            names.append(item_name(item))
            plain = item[: next((index for index, each in enumerate(item) if each.upper == "AS"), len(item))]
            bare = all(each.kind in ("word", "quoted") or each.text == "." for each in plain)
            kinds.append(types.get(plain[-1].value) if bare else count_like(plain, types))
    return (names, kinds) if len(names) == len(raw) else (raw, [types.get(name.lower()) for name in raw])


def count_like(item, types):
    """min(x) and max(x) keep the type of x."""
    if len(item) == 4 and item[0].upper in ("MIN", "MAX", "LAST", "FIRST"):
        return types.get(item[2].value)
    return None


def select_items(tokens):
    items, current, depth, inside = [], [], 0, False
    for token in tokens:
        if token.text == "(":
            depth += 1
        if token.text == ")":
            depth -= 1
        if depth == 0 and not inside and token.upper == "SELECT":
            inside = True
            continue
        if not inside:
            continue
        if depth == 0 and token.kind == "word" and token.upper in ("FROM", "WHERE", "UNION", "ORDER", "LIMIT"):
            break
        if depth == 0 and token.text == ",":
            items.append(current)
            current = []
        elif not (token.upper in ("DISTINCT", "ALL") and not current and not items):
            current.append(token)
    return [item for item in items + [current] if item]


def item_name(item):
    if len(item) > 1 and item[-1].kind in ("word", "quoted") and item[-2].text not in (".", "::"):
        return item[-1].value
    while len(item) > 2 and item[-2].text == "::":
        item = item[:-2]
    if item[0].text == "(" and item[-1].text == ")":
        return item_name(item[1:-1]) if len(item) > 2 else "?column?"
    if item[-1].text == ")" and item[0].kind == "word" and len(item) > 1 and item[1].text == "(":
        return item[0].value
    if all(each.kind in ("word", "quoted") or each.text == "." for each in item):
        return item[-1].value
    return "?column?"


def json_get(document, key):
    value = json.loads(document).get(key) if document is not None else None
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
