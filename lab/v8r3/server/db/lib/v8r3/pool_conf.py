"""kingbasecluster.conf (pgpool-II 3.6 in V8R3's words) in the words of pgpool-II 4.3, by the table parameters.json.

A key that is not in the table goes over as it is: 4.3 refuses what it does not know, and says so in cluster.log.
"""

import base64
import json
import os
import re
import shutil

HERE = os.path.dirname(os.path.abspath(__file__))
SETTING = re.compile(r"^\s*([A-Za-z_][A-Za-z0-9_]*?)(\d*)\s*=\s*('(?:[^']|'')*'|[^\s#']+)")


def table():
    for path in (os.path.join(HERE, "parameters.json"), os.path.join(HERE, "..", "..", "..", "..", "parameters.json")):
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return json.load(file)
    raise SystemExit("kingbasecluster: parameters.json is missing beside %s" % HERE)


def read(text):
    """{key: value} in the order of the file; the last one counts."""
    found = {}
    for line in text.splitlines():
        match = SETTING.match(line)
        if match:
            value = match.group(3)
            found[match.group(1) + match.group(2)] = value[1:-1].replace("''", "'") if value.startswith("'") else value
    return found


def quote(value):
    return "'" + value.replace("'", "''") + "'"


def row_of(key, rows):
    return rows.get(key) or rows.get(re.sub(r"\d+$", "N", key))


def convert(how, value):
    if how == "base64":
        return base64.b64decode(value).decode()
    if how == "oldPrimaryHost":
        return value.replace("%O", "%N")
    if how == "streaming":
        return "streaming_replication" if value == "on" else "raw"
    return value


def pools(found):
    """The two pools, in one order on both nodes: that of the databases, else of the addresses."""
    own = {"host": found["wd_hostname"], "port": found["port"], "wd": found["wd_port"], "heartbeat": found["wd_heartbeat_port"]}
    peer = {
        "host": found["other_kingbasecluster_hostname0"],
        "port": found["other_kingbasecluster_port0"],
        "wd": found["other_wd_port0"],
        "heartbeat": found["heartbeat_destination_port0"],
    }
    hosts = [value for key, value in found.items() if re.fullmatch(r"backend_hostname\d+", key)]
    place = lambda pool: (hosts.index(pool["host"]) if pool["host"] in hosts else len(hosts), pool["host"])
    ordered = sorted([own, peer], key=place)
    return ordered, ordered.index(own)


def translate(text, rows=None):
    """(text of pgpool.conf, number of this pool)."""
    every = rows or table()
    by_key = {row["key"]: row for row in every}
    found = read(text)
    lines = ["# translated by the lab from kingbasecluster.conf"]
    for key, value in found.items():
        row = row_of(key, by_key)
        if row is None or row["state"] == "effective":
            lines.append("%s = %s" % (key, quote(value)))
        elif row["state"] == "translated" and row.get("convert") != "pool":
            lines.append("%s = %s" % (row["to"], quote(convert(row.get("convert"), value))))
    ordered, own = pools(found)
    for number, pool in enumerate(ordered):
        lines.append("hostname%d = %s" % (number, quote(pool["host"])))
        lines.append("pgpool_port%d = %s" % (number, pool["port"]))
        lines.append("wd_port%d = %s" % (number, pool["wd"]))
        lines.append("heartbeat_hostname%d = %s" % (number, quote(pool["host"])))
        lines.append("heartbeat_port%d = %s" % (number, pool["heartbeat"]))
        lines.append("heartbeat_device%d = %s" % (number, quote(found.get("heartbeat_device0", ""))))
    lines += ["%s = %s" % (row["key"], quote(row["to"])) for row in every if row["state"] == "added" and row["key"] not in found]
    return "\n".join(lines) + "\n", own


def write(path, text):
    temporary = path + ".new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)


def lay(etc, run):
    """Everything pgpool reads, in a directory of its own."""
    os.makedirs(run, mode=0o700, exist_ok=True)
    with open(os.path.join(etc, "kingbasecluster.conf"), encoding="utf-8") as file:
        conf, own = translate(file.read())
    write(os.path.join(run, "pgpool.conf"), conf)
    write(os.path.join(run, "pgpool_node_id"), "%d\n" % own)
    for name, upstream in (("pcp.conf", "pcp.conf"), ("cluster_hba.conf", "pool_hba.conf"), ("cluster_passwd", "cluster_passwd")):
        shutil.copyfile(os.path.join(etc, name), os.path.join(run, upstream))
        os.chmod(os.path.join(run, upstream), 0o600)
