"""The tables that are made when they are asked: kwdb_internal, and the little of information_schema and system that a tool reads."""

import json

from . import labconf


def find(session, parts):
    """(columns, rows), or None where the name is no such table."""
    make = TABLES.get(".".join(parts[-2:]))
    return None if make is None else make(session)


def tse_info(session):
    """Of the node that is asked, not of the cluster."""
    return ["wal_level"], [[session.state.engine.level]]


def kv_store_status(session):
    rows = []
    for node in session.cluster.nodes():
        metrics = {"ranges.unavailable": "0", "ranges.underreplicated": str(session.cluster.underreplicated())}
        rows.append([node["id"], node["id"], json.dumps(metrics)])
    return ["node_id", "store_id", "metrics"], rows


def gossip_nodes(session):
    columns = ["node_id", "network", "address", "build_tag", "started_at", "is_live"]
    rows = [[node["id"], "tcp", node["address"], node["build"], node["started"], "true" if node["live"] else "false"] for node in session.cluster.nodes()]
    return columns, rows


def node_build_info(session):
    node = session.cluster.node_id
    return ["node_id", "field", "value"], [[node, "Name", "KaiwuDB"], [node, "Tag", labconf.version()], [node, "Version", labconf.version()]]


def cluster_settings(session):
    from . import show

    result = show.all_settings(session, None)
    return ["variable", "value", "type", "public", "description"], result.rows


def information_tables(session):
    """Without sequences and procedures, as in KWDB."""
    rows = []
    for table in session.state.tables():
        if table.kind in ("table", "view"):
            kind = "VIEW" if table.kind == "view" else "TIME SERIES TABLE" if table.ts else "BASE TABLE"
            rows.append([table.db, table.schema, table.name, kind])
    return ["table_catalog", "table_schema", "table_name", "table_type"], rows


def system_settings(session):
    return ["name", "value"], [list(row) for row in session.state.persisted().items()]


def system_users(session):
    rows = session.state.db.execute("SELECT name, is_role FROM rel.users ORDER BY name").fetchall()
    return ["username", "isRole"], [[name, "true" if is_role else "false"] for name, is_role in rows]


TABLES = {
    "kwdb_internal.kwdb_tse_info": tse_info,
    "kwdb_internal.kv_store_status": kv_store_status,
    "kwdb_internal.gossip_nodes": gossip_nodes,
    "kwdb_internal.node_build_info": node_build_info,
    "kwdb_internal.cluster_settings": cluster_settings,
    "information_schema.tables": information_tables,
    "system.settings": system_settings,
    "system.users": system_users,
}
