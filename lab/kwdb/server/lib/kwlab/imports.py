"""IMPORT: what it creates, where, and what it answers, also where KWDB says success and means less than all."""

from . import csvtext, ddl
from .errors import SqlError
from .exports import CHARSETS, parse_options
from .external import Location
from .state import rel
from .tokens import Cursor, split_statements

COLUMNS = ["job_id", "status", "fraction_completed", "rows", "abandon_rows", "reject_rows", "note"]
FLAGS = ("comment", "privileges", "writewal", "auto_shrink")
VALUED = ("delimiter", "enclosed", "escaped", "nullif", "charset", "thread_concurrency", "limit_memory", "batch_rows", "skip", "rejected_rows", "auto_shrink")
REJECT_NOTE = "There is a REJECT FILE, please read and resolve it"


def run(session, cursor):
    """IMPORT, after that word."""
    session.require_admin("IMPORT")
    session.require_no_transaction("IMPORT")
    if cursor.take("USERS") or cursor.take("CLUSTER", "SETTING"):
        return replay(session, cursor)
    if cursor.take("DATABASE"):
        return import_database(session, cursor)
    if cursor.take("TABLE", "CREATE", "USING"):
        return import_table(session, cursor)
    if cursor.take("TABLE"):
        return import_defined(session, cursor)
    cursor.expect("INTO")
    return import_into(session, cursor)


def replay(session, cursor):
    """IMPORT USERS and IMPORT CLUSTER SETTING run the statements of a file."""
    cursor.expect("SQL", "DATA", "(")
    uri = cursor.string()
    cursor.expect(")")
    statements = split_statements(Location(session, uri).read().decode())
    for statement in statements:
        session.run(statement)
    number, operation = session.state.job("IMPORT", cursor.sql)
    session.commit([operation])
    return answer(session, str(number), len(statements), 0)


def data_paths(session, cursor):
    form = cursor.name().upper()
    if form != "CSV":
        raise SqlError("Import regular data only supports CSV format")
    cursor.expect("DATA", "(")
    paths = [cursor.string()]
    while cursor.take(","):
        paths.append(cursor.string())
    cursor.expect(")")
    return paths


def import_database(session, cursor):
    paths = data_paths(session, cursor)
    options = parse_options(cursor, FLAGS, VALUED)
    cursor.finish()
    if len(paths) != 1:
        raise SqlError("IMPORT DATABASE takes exactly one path")
    place = Location(session, paths[0])
    statements = split_statements(place.child("meta.sql").read().decode(CHARSETS[options.get("charset", "UTF-8")]))
    head = Cursor(statements[0]) if statements else Cursor("")
    head.expect("CREATE")
    ts = head.take("TS")
    head.expect("DATABASE")
    name = head.name()
    if name in session.state.databases():
        raise SqlError('import-create-%sdatabase: database "%s" already exists' % ("ts-" if ts else "", name), "42P04")
    job = Import(session, options, ts)
    session.create_database(name, ts)
    if ts:
        # Not rolled back where a later part fails.
        for statement in statements[1:]:
            table = create_from(session, statement, name, "public")
            job.directory(table, place.child("public/%s" % table.name), missing_is_empty=True)
    else:
        relational_database(session, name, place, job)
    return job.finish("-" if ts else None, cursor.sql)


def relational_database(session, name, place, job):
    try:
        metas = [path for path in place.list() if path.endswith("/meta.sql")]
        for path in sorted(path for path in metas if path.count("/") == 1):
            session.create_schema(name, path.split("/")[0])
        for path in sorted(path for path in metas if path.count("/") == 2):
            schema, folder, _ = path.split("/")
            table = create_from(session, split_statements(place.child(path).read().decode())[0], name, schema)
            files = sorted(each for each in place.list() if each.startswith("%s/%s/" % (schema, folder)) and each.endswith(".csv"))
            for each in files:
                job.file(table, place.child(each))
    except SqlError:
        session.drop_database(name)
        raise


def create_from(session, statement, db, schema, prefix=""):
    cursor = Cursor(statement)
    cursor.expect("CREATE", "TABLE")
    parts = cursor.dotted()
    try:
        return session.create_table(db, schema, parts[-1], cursor)
    except SqlError as error:
        raise SqlError(prefix + error.message, error.code) from None


def import_table(session, cursor):
    meta = cursor.string()
    paths = data_paths(session, cursor) if cursor.sees("CSV") or cursor.sees("SQL") else []
    options = parse_options(cursor, FLAGS, VALUED)
    cursor.finish()
    text = Location(session, meta).read().decode(CHARSETS[options.get("charset", "UTF-8")])
    statements = [each for each in split_statements(text) if Cursor(each).sees("CREATE", "TABLE")]
    if not statements:
        raise SqlError("no CREATE TABLE in %s" % meta)
    return fill(session, cursor, (statements[0], paths, options))


def import_defined(session, cursor):
    start = cursor.peek().start
    cursor.dotted()
    cursor.group()
    end = cursor.peek().start if cursor.peek() else len(cursor.sql)
    statement = "CREATE TABLE " + cursor.sql[start:end]
    paths = data_paths(session, cursor)
    options = parse_options(cursor, FLAGS, VALUED)
    cursor.finish()
    return fill(session, cursor, (statement, paths, options))


def fill(session, cursor, parts):
    """The table goes into the session's current database, whatever database it was exported from."""
    statement, paths, options = parts
    table = create_from(session, statement, session.current, "public", "create table: ")
    job = Import(session, options, table.ts)
    try:
        job.paths(table, paths)
    except SqlError:
        if not table.ts:
            session.commit(ddl.drop_operations(table))
        raise
    return job.finish("-" if table.ts else None, cursor.sql)


def import_into(session, cursor):
    table = session.resolve(cursor.dotted())
    columns = cursor.name_list() if cursor.sees("(") else None
    paths = data_paths(session, cursor)
    options = parse_options(cursor, [flag for flag in FLAGS if flag != "comment"], VALUED)
    cursor.finish()
    job = Import(session, options, table.ts)
    job.columns = columns
    job.paths(table, paths)
    return job.finish("-" if table.ts else None, cursor.sql)


def answer(session, job, rows, rejected):
    note = REJECT_NOTE if rejected else "None"
    return session.rows(COLUMNS, [[job, "succeeded", "1", str(rows), "0", str(rejected), note]])


class Import:
    def __init__(self, session, options, ts):
        self.session, self.options, self.ts = session, options, ts
        self.csv = csvtext.CsvOptions(options)
        self.rows = self.rejected = 0
        self.columns = None

    def paths(self, table, uris):
        """Time-series tables want directories, relational ones files."""
        for uri in uris:
            place = Location(self.session, uri)
            if table.ts:
                self.directory(table, place)
            elif place.kind() == "directory":
                raise SqlError('expected a file but "%s" is a directory' % place.path.split("/")[-1])
            else:
                self.file(table, place)

    def directory(self, table, place, missing_is_empty=False):
        kind = place.kind()
        if kind == "none" and missing_is_empty:
            return
        if kind != "directory":
            place.read() if kind == "none" else None
            raise SqlError('expected a directory but "%s" is a file' % place.path.split("/")[-1])
        for name in sorted(place.list()):
            if name.endswith(".csv"):
                self.file(table, place.child(name))

    def file(self, table, place):
        good, bad = self.parse(table, place)
        if bad:
            name = place.path.split("/")[-1].rsplit(".csv", 1)[0]
            folder = Location.child(place, "..")
            folder.path = place.path.rsplit("/", 1)[0] if "/" in place.path else ""
            folder.child("reject.%s.txt" % name).write("".join("%s\n" % line for line in bad).encode(CHARSETS[self.csv.charset]))
        self.session.commit(self.insert(table, good))
        self.rows += len(good)
        self.rejected += len(bad)

    def parse(self, table, place):
        text = place.read().decode(CHARSETS[self.csv.charset])
        good, bad = [], []
        skip = 0 if self.ts else int(self.options.get("skip", "0"))
        for number, (line, fields) in enumerate(csvtext.read_rows(text, self.csv)):
            if number < skip:
                continue
            try:
                good.append(self.session.row_of(table, fields, self.columns))
            except SqlError as error:
                if not self.ts:
                    raise SqlError("%s: row %d: %s" % (place.uri, number + 1, error.message), error.code) from None
                bad.append(line)
        return good, bad

    def insert(self, table, rows):
        if not rows:
            return []
        marks = ", ".join("?" for _ in table.columns)
        if table.ts:
            return [self.session.ts_operation(table, rows, wal="writewal" in self.options)]
        sql = "INSERT INTO %s VALUES (%s)" % (table.quoted, marks)
        present = self.session.state.db.execute("SELECT count(*) FROM %s" % table.quoted).fetchone()[0]
        if present and table.body["pk"]:
            self.refuse_collisions(table, rows)
        return [rel(sql, *rows)]

    def refuse_collisions(self, table, rows):
        names = [column["name"] for column in table.columns]
        where = " AND ".join('"%s" = ?' % name for name in table.body["pk"])
        for row in rows:
            key = [row[names.index(name)] for name in table.body["pk"]]
            if self.session.state.db.execute("SELECT 1 FROM %s WHERE %s" % (table.quoted, where), key).fetchone():
                raise SqlError("ingested key collides with an existing one: /Table/%d/1/%s/0" % (table.id, "/".join(map(str, key))))

    def finish(self, job, description):
        operations = [{"k": "flush"}] if self.ts else []
        if job is None:
            number, operation = self.session.state.job("IMPORT", description)
            job, operations = str(number), operations + [operation]
        self.session.commit(operations)
        return answer(self.session, job, self.rows, self.rejected)
