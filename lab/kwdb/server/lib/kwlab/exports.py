"""EXPORT: the files and the answers as measured, also where KWDB says success and means less than all."""

import time

from . import csvtext, datatypes, ddl, labconf, query, settings
from .errors import SqlError
from .external import Location

CHARSETS = {"UTF-8": "utf-8", "GBK": "gbk", "GB18030": "gb18030", "BIG5": "big5"}
COLUMNS = ["filename", "rows", "node_id", "file_num"]
FLAGS = ("meta_only", "data_only", "column_name", "comment", "privileges", "foreign_key")
VALUED = ("chunk_rows", "delimiter", "enclosed", "escaped", "nullas", "charset", "thread_concurrency", "limit_memory")


def parse_options(cursor, flags, valued):
    options = {}
    if not cursor.take("WITH"):
        return options
    parenthesis = cursor.take("OPTIONS", "(")
    while True:
        name = cursor.name()
        value = True
        if cursor.take("="):
            if cursor.peek() is None or cursor.peek().kind != "string":
                raise cursor.syntax_error()
            value = cursor.next().value
        if name not in flags and name not in valued:
            raise SqlError('invalid option "%s"' % name)
        if name in valued and value is True:
            raise SqlError('option "%s" requires a value' % name)
        options[name] = value
        if not cursor.take(","):
            break
    if parenthesis:
        cursor.expect(")")
    check_common(options)
    return options


def check_common(options):
    if options.get("charset", "UTF-8") not in CHARSETS:
        raise SqlError("invalid charset value, value must be 'GBK''GB18030''BIG5''UTF-8'", "22023")
    if "limit_memory" in options and not labconf.at_least("V3.2.0"):
        raise SqlError('invalid option "limit_memory"')
    if options.get("delimiter", ",") in ('"', "\n") or len(options.get("delimiter", ",")) != 1:
        raise SqlError("delimiter value must be exactly one character, and neither \" nor a newline", "22023")
    if options.get("enclosed", '"') not in ('"', "'"):
        raise SqlError("enclosed value must be '\"' or '''", "22023")
    if options.get("escaped", '"') not in ('"', "\\"):
        raise SqlError("escaped value must be '\"' or '\\'", "22023")
    for name in ("nullas", "nullif"):
        if name in options and options[name] not in ("NULL", "null", "Null", "\\N", ""):
            raise SqlError("%s value must be 'NULL', 'null', 'Null' or '\\N'" % name, "22023")


def check_export(options, form):
    if "meta_only" in options and "data_only" in options:
        raise SqlError("can't use meta_only and data_only at the same time")
    if form == "SQL" and "delimiter" in options:
        raise SqlError("Export support SQL cannot be used in conjunction with delimiter")
    rows = options.get("chunk_rows", "100000")
    if not rows.isdigit():
        raise SqlError('could not parse "%s" as type int' % rows, "22P02")
    if int(rows) > 100000:
        raise SqlError("The chunk size must be less than 100000")


def require_empty(location):
    if not labconf.at_least("V3.2.0"):
        return
    names = location.list()
    if names:
        text = "export path %s is not empty (contains %d files), please use an empty directory to prevent data loss"
        # Entries of the directory itself are counted, not the files below.
        raise SqlError(text % (location.uri, len({name.split("/")[0] for name in names})))


def run(session, cursor):
    """EXPORT, after that word."""
    session.require_admin("EXPORT")
    session.require_no_transaction("EXPORT")
    if cursor.take("CLUSTER", "SETTING"):
        return export_settings(session, cursor)
    if cursor.take("USERS"):
        return export_users(session, cursor)
    cursor.expect("INTO")
    form = cursor.name().upper()
    uri = cursor.string()
    cursor.expect("FROM")
    if form not in ("CSV", "SQL"):
        raise SqlError('unsupported export format: "%s"' % form)
    if cursor.take("DATABASE"):
        name = cursor.name()
        options = parse_options(cursor, FLAGS, VALUED)
        cursor.finish()
        check_export(options, form)
        return Export(session, form, uri, options).database(name)
    if cursor.take("TABLE"):
        parts = cursor.dotted()
        options = parse_options(cursor, FLAGS, VALUED)
        cursor.finish()
        check_export(options, form)
        return Export(session, form, uri, options).table(session.resolve(parts))
    return export_select(session, cursor, form, uri)


def export_select(session, cursor, form, uri):
    text = cursor.rest()
    at = text.upper().rfind(" WITH ")
    options = {}
    if at >= 0:
        from .tokens import Cursor

        options = parse_options(Cursor(text[at + 1 :]), FLAGS, VALUED)
        text = text[:at]
    check_export(options, form)
    if "meta_only" in options or "data_only" in options:
        raise SqlError("cannot use option in query export")
    columns, rows, _ = query.select(session, text)
    export = Export(session, form, uri, options)
    require_empty(export.location)
    files = export.write_csv(export.location, columns, rows)
    return session.rows(COLUMNS, [["queryname", str(len(rows)), str(session.cluster.node_id), str(files)]])


class Export:
    def __init__(self, session, form, uri, options):
        self.session, self.form, self.options = session, form, options
        self.location = Location(session, uri)
        self.csv = csvtext.CsvOptions(options)
        self.failing = [name.strip() for name in labconf.read("export_fails").split(",") if name.strip()]

    def database(self, name):
        ts = self.session.database(name)
        require_empty(self.location)
        tables = [table for table in self.session.state.tables(name) if table.kind == "table"]
        return self.time_series(name, tables) if ts else self.relational(name, tables)

    def table(self, table):
        require_empty(self.location)
        if table.kind != "table":
            raise SqlError('"%s" is not a table' % table.name, "42809")
        if table.ts:
            return self.time_series(None, [table])
        answer = []
        self.relational_table(table, self.location, answer)
        return self.answer(answer)

    def time_series(self, database, tables):
        """One column that says succeed or fail; a table that cannot be written is a notice, and the exit code stays 0."""
        good = True
        if "data_only" not in self.options:
            head = "CREATE TS DATABASE %s;\n" % ddl.quoted(database) if database else ""
            self.write_text(self.location.child("meta.sql"), head + "".join("%s;\n" % ddl.create_text(table) for table in tables))
        for table in tables if "meta_only" not in self.options else []:
            place = self.location.child("%s/%s" % (table.schema, table.name)) if database else self.location
            good = self.attempt(table, place) and good
        return self.session.rows(["result"], [["succeed" if good else "fail"]])

    def relational(self, name, tables):
        """A table that fails is a notice, and its row is missing; the job says succeeded."""
        answer = []
        if "data_only" not in self.options:
            self.write_quietly(self.location.child("meta.sql"), "CREATE DATABASE %s;" % ddl.quoted(name))
            answer.append(["meta.sql", "1", str(self.session.cluster.node_id), "1"])
        schemas = {table.schema for table in tables} - {"public"}
        for schema in sorted(schemas):
            self.write_quietly(self.location.child("%s/meta.sql" % schema), "CREATE SCHEMA %s;" % ddl.quoted(schema))
        for table in tables:
            self.relational_table(table, self.location.child("%s/%s" % (table.schema, table.name)), answer)
        return self.answer(answer)

    def relational_table(self, table, place, answer):
        node = str(self.session.cluster.node_id)
        counts = []
        if not self.attempt(table, place, counts):
            return
        if "data_only" not in self.options and ["meta.sql", "1", node, "1"] not in answer:
            answer.append(["meta.sql", "1", node, "1"])
        if counts:
            answer.append(["TABLE %s.%s.%s" % (table.db, table.schema, table.name), str(counts[0]), node, str(counts[1])])

    def write_quietly(self, location, text):
        """An error here is dropped, as in KWDB's source."""
        try:
            self.write_text(location, text)
        except SqlError:
            pass

    def answer(self, rows):
        tables = sorted(row for row in rows if row[0] != "meta.sql")
        description = "EXPORT INTO %s '%s'" % (self.form, self.location.uri)
        _, operation = self.session.state.job("EXPORT", description)
        if self.session.cluster.is_leader():
            # Only there: another node would have to hold its lock while the leader sends it the job.
            self.session.commit([operation])
        return self.session.rows(COLUMNS, tables + [row for row in rows if row[0] == "meta.sql"])

    def attempt(self, table, place, counts=None):
        try:
            if not table.ts and "data_only" not in self.options:
                self.write_text(place.child("meta.sql"), "%s;\n" % ddl.create_text(table))
            if "meta_only" in self.options:
                return True
            self.refuse(table)
            columns = [column["name"] for column in table.columns]
            rows = self.session.table_rows(table)
            files = self.write_csv(place, columns, rows, table)
            if counts is not None:
                counts += [len(rows), files]
            return True
        except (SqlError, UnicodeEncodeError) as error:
            self.session.notice(error.message if isinstance(error, SqlError) else str(error))
            return False

    def refuse(self, table):
        if self.form == "SQL" and any(datatypes.base_of(column["type"]) in datatypes.BINARY for column in table.columns):
            raise SqlError("Exporting SQL cannot supports BytesFamily")
        if "%s.%s" % (table.db, table.name) in self.failing:
            raise SqlError("write %s/%s: no space left on device" % (table.schema, table.name))

    def write_csv(self, place, columns, rows, table=None):
        """Number of files. A table without rows has none."""
        size = int(self.options.get("chunk_rows", "100000")) or len(rows) or 1
        delay = labconf.number("export_row_millis") / 1000
        chunks = [rows[at : at + size] for at in range(0, len(rows), size)]
        for number, chunk in enumerate(chunks):
            target = place.child("n%d.%d.%s" % (self.session.cluster.node_id, number, self.form.lower()))
            lines = [csvtext.write_row(columns, self.csv)] if "column_name" in self.options and self.form == "CSV" else []
            for row in chunk:
                lines.append(self.line(row, table))
                if delay:
                    self.write_text(target, "".join(lines), append=True)
                    lines = []
                    time.sleep(delay)
            self.write_text(target, "".join(lines), append=bool(delay) or not labconf.at_least("V3.2.0"))
        return len(chunks)

    def line(self, row, table):
        if self.form == "CSV":
            return csvtext.write_row(row, self.csv)
        values = ", ".join("NULL" if value is None else "'%s'" % value.replace("'", "''") for value in row)
        return "INSERT INTO %s VALUES (%s);\n" % (ddl.quoted(table.name) if table else "query", values)

    def write_text(self, location, text, append=False):
        location.write(text.encode(CHARSETS[self.csv.charset]), append)


def export_settings(session, cursor):
    uri = to_sql(cursor)
    location = Location(session, uri)
    rows = [(name, value) for name, value in session.state.persisted().items() if name not in settings.NOT_EXPORTED]
    lines = ["SET CLUSTER SETTING %s = '%s';\n" % (name, encoded(name, value)) for name, value in rows]
    location.child("clustersetting.sql").write("".join(lines).encode())
    return session.rows(COLUMNS, [["CLUSTER SETTING", str(len(rows)), str(session.cluster.node_id), "1"]])


def encoded(name, value):
    setting = settings.find(name)
    return settings.go_duration(float(value)) if setting.kind == "d" else value


def export_users(session, cursor):
    """Without passwords."""
    location = Location(session, to_sql(cursor))
    users = session.state.db.execute("SELECT name, is_role, admin FROM rel.users WHERE name <> 'root' ORDER BY name").fetchall()
    lines = ["CREATE USER %s;\n" % name for name, is_role, _ in users if not is_role]
    lines += ["CREATE ROLE %s WITH LOGIN;\n" % name for name, is_role, _ in users if is_role]
    lines += ["GRANT admin TO %s ;\n" % name for name, _, admin in users if admin]
    location.child("users.sql").write("".join(lines).encode())
    return session.rows(COLUMNS, [["USERS", str(len(users)), str(session.cluster.node_id), "1"]])


def to_sql(cursor):
    cursor.expect("TO")
    form = cursor.name().upper()
    uri = cursor.string()
    cursor.finish()
    if form != "SQL":
        raise SqlError('unsupported export format: "%s"' % form)
    return uri
