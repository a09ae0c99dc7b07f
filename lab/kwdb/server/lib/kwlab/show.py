"""SHOW, and the cluster settings: what is persisted is one thing, what the engine runs another."""

from . import ddl, settings
from .errors import SqlError, not_covered
from .state import rel


def result(tag):
    from .session import Result

    return Result(tag)


def set_cluster_setting(session, cursor):
    session.require_admin("SET CLUSTER SETTING")
    session.require_no_transaction("SET CLUSTER SETTING")
    setting = settings.find(".".join(cursor.dotted()))
    if not (cursor.take("=") or cursor.take("TO")):
        raise cursor.syntax_error()
    if cursor.take("DEFAULT"):
        return forget(session, setting)
    negative = cursor.take("-")
    value = settings.parse_value(setting, cursor.next(), negative)
    cursor.finish()
    check(session, setting, value)
    session.commit([rel("INSERT OR REPLACE INTO rel.settings VALUES (?, ?)", [setting.name, value]), ddl.GOSSIP])
    return result("SET CLUSTER SETTING")


def check(session, setting, value):
    """All that KWDB checks about the write-ahead log: not the range of a level, not the sign of an interval."""
    state = session.state
    if setting.name == settings.WAL_LEVEL and value in ("0", "3") and state.setting(settings.ATOMICITY) == "true":
        raise SqlError("ts.wal.wal_level cannot be set to %s when ts.txn.atomicity.enabled is true" % value, "22023")
    if setting.name == settings.ATOMICITY and value == "true":
        level = state.setting(settings.WAL_LEVEL)
        if level not in ("1", "2") or state.setting(settings.COMBINE) == "true":
            text = "cannot enable ts.txn.atomicity_enabled=true when ts.wal.wal.level is %s; atomicity requires WAL level 1, 2 and ts.raftlog_combine_wal.enabled is false"
            raise SqlError(text % level, "22023")
    if setting.name == settings.COMBINE and value == "true" and state.setting(settings.COMBINE) != "true":
        if session.cluster.mode != "start":
            raise SqlError("set ts.raftlog_combine_wal.enabled to true is not supported in MPP mode")
        if any(table.ts for table in state.tables()):
            raise SqlError("cluster has time-series table, cannot set ts.raftlog_combine_wal.enabled to true")
        if state.setting("ts.dedup.rule") not in ("merge", "override"):
            raise SqlError("should set ts.dedup.rule to merge or override before set ts.raftlog_combine_wal.enabled to true")
        if state.setting(settings.ATOMICITY) == "true":
            raise SqlError("ts.raftlog_combine_wal.enabled cannot be set to true when ts.txn.atomicity.enabled is true", "22023")


def reset_cluster_setting(session, cursor):
    session.require_admin("SET CLUSTER SETTING")
    session.require_no_transaction("SET CLUSTER SETTING")
    setting = settings.find(".".join(cursor.dotted()))
    cursor.finish()
    return forget(session, setting)


def forget(session, setting):
    """What SHOW prints becomes the default; the engine is not told."""
    session.commit([rel("DELETE FROM rel.settings WHERE name = ?", [setting.name]), ddl.GOSSIP])
    return result("SET CLUSTER SETTING")


# SHOW -------------------------------------------------------------------------------------------------------------------


def run(session, cursor):
    for words, act in SHOWS:
        if cursor.take(*words):
            return act(session, cursor)
    if cursor.take("BACKUP"):
        raise SqlError("a CCL binary is required to use this statement type: *tree.ShowBackup", "XXC01")
    raise not_covered("SHOW %s" % cursor.rest())


def cluster_setting(session, cursor):
    session.require_admin("SHOW CLUSTER SETTING")
    setting = settings.find(".".join(cursor.dotted()))
    cursor.finish()
    return session.rows([setting.name], [[settings.shown(setting, session.state.setting(setting.name))]])


def all_settings(session, cursor):
    session.require_admin("SHOW CLUSTER SETTINGS")
    persisted = session.state.persisted()
    rows = []
    for setting in settings.SETTINGS.values():
        value = settings.shown(setting, persisted.get(setting.name, setting.default), whole_list=True)
        rows.append([setting.name, value, setting.kind, setting.public, setting.description])
    return session.rows(["variable", "value", "setting_type", "public", "description"], rows)


def databases(session, cursor):
    rows = [[name, "TIME SERIES" if ts else "RELATIONAL"] for name, ts in session.state.databases().items()]
    return session.rows(["database_name", "engine_type"], rows)


def tables(session, cursor):
    name = session.current
    schema = "public"
    if cursor.take("FROM"):
        parts = cursor.dotted()
        name = parts[0]
        schema = parts[1] if len(parts) == 2 else "public"
    session.database(name)
    kinds = {"view": "VIEW", "sequence": "SEQUENCE"}
    rows = [
        [table.name, kinds.get(table.kind) or ("TIME SERIES TABLE" if table.ts else "BASE TABLE")]
        for table in session.state.tables(name)
        if table.kind in ("table", "view") and table.schema == schema
    ]
    return session.rows(["table_name", "table_type"], sorted(rows))


def create(session, cursor):
    kind = cursor.next().upper if any(cursor.sees(word) for word in ("TABLE", "VIEW", "SEQUENCE", "DATABASE", "PROCEDURE")) else "TABLE"
    if kind == "DATABASE":
        name = cursor.name()
        ts = session.database(name)
        return session.rows(["database_name", "create_statement"], [[name, "CREATE %sDATABASE %s" % ("TS " if ts else "", ddl.quoted(name))]])
    table = session.resolve(cursor.dotted())
    return session.rows(["%s_name" % table.kind, "create_statement"], [[table.name, ddl.create_text(table)]])


def sequences(session, cursor):
    name = cursor.name() if cursor.take("FROM") else session.current
    return session.rows(["sequence_name"], sorted([table.name] for table in session.state.tables(name) if table.kind == "sequence"))


def procedures(session, cursor):
    name = cursor.name() if cursor.take("FROM") else session.current
    found = [[table.name] for table in session.state.tables(name) if table.kind == "procedure"]
    return session.rows(["procedure_name"], sorted(found))


def columns(session, cursor):
    table = session.resolve(cursor.dotted())
    rows = [[column["name"], column["type"], "true" if column["nullable"] else "false", column.get("default"), "true" if column.get("tag") else "false"] for column in table.columns]
    return session.rows(["column_name", "data_type", "is_nullable", "column_default", "is_tag"], rows)


def schemas(session, cursor):
    name = cursor.name() if cursor.take("FROM") else session.current
    session.database(name)
    own = [row[0] for row in session.state.db.execute("SELECT name FROM rel.schemas WHERE db = ?", (name,))]
    return session.rows(["schema_name"], [[each] for each in sorted(own + ["public", "information_schema", "kwdb_internal", "pg_catalog"])])


def users(session, cursor):
    rows = session.state.db.execute("SELECT name, admin FROM rel.users ORDER BY name").fetchall()
    return session.rows(["username", "options", "member_of"], [[name, "", "{admin}" if admin else "{}"] for name, admin in rows])


def jobs(session, cursor):
    rows = session.state.db.execute("SELECT id, type, description, status, fraction FROM rel.jobs ORDER BY created DESC").fetchall()
    found = [[str(number), kind, description, status, "%g" % fraction] for number, kind, description, status, fraction in rows]
    return session.rows(["job_id", "job_type", "description", "status", "fraction_completed"], found)


def variable(name):
    return lambda session, cursor: session.rows([name], [[session.current if name == "database" else "UTC"]])


SHOWS = [
    (("CLUSTER", "SETTING"), cluster_setting),
    (("ALL", "CLUSTER", "SETTINGS"), all_settings),
    (("CLUSTER", "SETTINGS"), all_settings),
    (("DATABASES",), databases),
    (("TABLES",), tables),
    (("CREATE",), create),
    (("SEQUENCES",), sequences),
    (("PROCEDURES",), procedures),
    (("COLUMNS", "FROM"), columns),
    (("SCHEMAS",), schemas),
    (("USERS",), users),
    (("ROLES",), users),
    (("JOBS",), jobs),
    (("DATABASE",), variable("database")),
    (("TIME", "ZONE"), variable("timezone")),
]
