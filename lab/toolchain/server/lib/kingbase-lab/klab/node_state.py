"""Observing nodes: the local one from its files and socket, others over SQL first and the remote channel second."""

import json
import os
import re
import subprocess

from . import cluster, decide, layout, remote


def control_data(data):
    """{field: value} of sys_controldata; empty when unreadable."""
    env = {**layout.environment(), "LC_ALL": "C"}
    done = subprocess.run([layout.original("pg_controldata"), data], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return {name.strip(): value.strip() for name, mark, value in (line.partition(":") for line in done.stdout.splitlines()) if mark}


def newest_timeline(data):
    """The highest timeline this data directory knows of: control file, and history files a standby received."""
    fields = control_data(data)
    known = [fields.get("Latest checkpoint's TimeLineID", ""), fields.get("Min recovery ending loc's timeline", "")]
    try:
        known += [str(int(name[:8], 16)) for name in os.listdir(os.path.join(data, "pg_wal")) if re.fullmatch(r"[0-9A-F]{8}\.history", name)]
    except OSError:
        pass
    numbers = [int(text) for text in known if text.isdigit()]
    return max(numbers) if numbers else None


def lock_file(data):
    return os.path.join(data, "postmaster.pid")


def program_of(pid):
    """Name of the program a process shows, or None. A number from a pid file alone says nothing: after a power cut it may be that of any
    process, the reader's own included."""
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            first = file.read().split(b"\0")[0].split(b" ")[0]
    except OSError:
        return None
    return os.path.basename(first).decode(errors="replace").rstrip(":")


def process_alive(data):
    """A server process that holds this data directory, whether it answers or not."""
    try:
        with open(lock_file(data), encoding="utf-8") as file:
            return program_of(int(file.readline())) in ("kingbase", "postgres")
    except (OSError, ValueError):
        return False


def booted_at():
    """When this host's init started, in seconds since the epoch."""
    with open("/proc/stat", encoding="utf-8") as file:
        kernel = int(next(line for line in file if line.startswith("btime")).split()[1])
    with open("/proc/1/stat", encoding="utf-8") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
    return kernel + ticks / os.sysconf("SC_CLK_TCK")


def drop_stale_lock(data, booted=None):
    """Takes away a lock file from before the last boot: no server outlives that, but the server refuses to start when another process of
    its user has the number by now. A younger file stays, it also guards against the children of a killed server."""
    try:
        if os.stat(lock_file(data)).st_mtime >= (booted_at() if booted is None else booted):
            return False
        os.unlink(lock_file(data))
        return True
    except OSError:
        return False


def local_state(configuration, role=None):
    data = configuration.data
    try:
        answer, recovery = "up", cluster.sql(configuration.conninfo, "select pg_is_in_recovery()") == [["t"]]
    except cluster.SqlError:
        answer, recovery = cluster.ping(configuration.conninfo), None
    if answer == "down" and process_alive(data):
        answer = "starting"  # a process without an answer: coming, going or hung; nobody may start a second one
    has_data = os.path.exists(os.path.join(data, "PG_VERSION"))
    signal = os.path.exists(os.path.join(data, "standby.signal"))
    timeline = newest_timeline(data) if answer != "up" and has_data else None
    return decide.State(configuration.node_name, role, answer, recovery, signal, timeline, has_data)


def as_json(state):
    return json.dumps(state._asdict())


def over_sql(node):
    """State of a node whose database answers, else None. `role` is what the node's own metadata calls it: a database promoted behind
    repmgr's back is still registered as standby there."""
    own = "(select type from repmgr.nodes where node_id = %d)" % node.node_id
    try:
        recovery, timeline, role = cluster.sql(node.conninfo, "select pg_is_in_recovery(), %s, %s" % (cluster.TIMELINE, own))[0]
    except cluster.SqlError:
        return None
    return decide.State(node.name, role or node.type, "up", recovery == "t", recovery == "t", int(timeline), True)


def over_channel(configuration, node):
    code, output = remote.run(configuration, node.host, "%s/kbha -A state -f %s" % (layout.BIN, configuration.path))
    start = output.find("{")
    if code != 0 or start < 0:
        return decide.State(name=node.name, role=node.type, **decide.UNREACHABLE)
    seen = json.loads(output[start : output.rindex("}") + 1])
    seen.update(name=node.name, role=node.type)
    return decide.State(**seen)


def peer_state(configuration, node):
    return over_sql(node) or over_channel(configuration, node)
