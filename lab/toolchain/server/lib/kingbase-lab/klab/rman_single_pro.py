"""backup-from=single-pro: every node backs up itself, a standby too.

The fork does that alone; how is not in our sources. The original lets only a primary begin and end a backup: where the local database is a standby,
it is given the primary as a second one, and copies the files from here, with the WAL that this node archived itself.
"""

import os

from . import cluster, layout, rman_disk

COMMANDS = ("backup", "check", "stanza-create", "stanza-upgrade")


def wanted(words, lines):
    return rman_disk.settings_of(lines).get("backup-from") == "single-pro" and any(word in COMMANDS for word in words)


def extra_words(words, lines, conf, primary):
    """What the original is told besides; primary: its conninfo as a dictionary, whose database is repmgr's and not the one that backups log in to."""
    given = rman_disk.settings_of(lines)
    second = {
        "host": primary.get("host", ""),
        "path": given.get("kb1-path", ""),
        "port": primary.get("port", given.get("kb1-port", "54321")),
        "user": given.get("kb1-user", "system"),
        "database": given.get("kb1-database", "test"),
        "host-user": given.get("kb1-host-user", "kingbase"),
        "host-cmd": os.path.join(layout.BIN, "sys_rman"),
        "host-config": conf,
    }
    return ["--pg2-%s=%s" % item for item in second.items()] + (["--backup-standby"] if "backup" in words else [])


def primary_elsewhere():
    """conninfo of the primary where the local database is a standby; None where it is not, or nobody can be asked: the original then says so."""
    try:
        conninfo = cluster.Configuration(cluster.default_path()).conninfo
        if cluster.sql(conninfo, "select pg_is_in_recovery()")[0][0] != "t":
            return None
        nodes = cluster.registered_nodes(conninfo)
    except (OSError, KeyError, IndexError, cluster.SqlError):
        return None
    leading = [node for node in nodes if node.type == "primary" and node.active]
    return cluster.conninfo_values(leading[0].conninfo) if len(leading) == 1 else None


def more(words, lines, conf):
    primary = primary_elsewhere() if wanted(words, lines) else None
    return [] if primary is None else extra_words(words, lines, conf, primary)
