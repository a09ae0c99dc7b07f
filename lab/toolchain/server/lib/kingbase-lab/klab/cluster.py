"""What one node knows of its cluster: its repmgr.conf, the nodes registered in the database, how to reach them."""

import json
import os
import select
import shlex
import subprocess
import threading
import time

from . import layout, labconf, settings, shadow


def conninfo_values(conninfo):
    return dict(part.split("=", 1) for part in shlex.split(conninfo) if "=" in part)


class Configuration:
    """repmgr.conf as the operator wrote it, with the defaults the tools rely on."""

    DEFAULTS = {
        "use_scmd": "on",
        "synchronous": "quorum",
        "recovery": "standby",
        "auto_cluster_recovery_level": "1",
        "running_under_failure_trusted_servers": "on",
        "use_check_disk": "off",
        "mount_check_max_retries": "6",
        "vip_timeout": "60",
        "reconnect_attempts": "6",
        "reconnect_interval": "10",
        "ping_path": "/bin",
        "ipaddr_path": "/sbin",
        "failover": "manual",
    }

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.values = {**self.DEFAULTS, **settings.read(self.path)}
        self.prefix = os.path.dirname(os.path.dirname(self.path))

    def get(self, key, default=""):
        return self.values.get(key, default)

    def number(self, key):
        return int(self.values[key])

    @property
    def node_id(self):
        return int(self.values["node_id"])

    @property
    def node_name(self):
        return self.values["node_name"]

    @property
    def conninfo(self):
        return self.values["conninfo"]

    @property
    def data(self):
        return self.values["data_directory"]

    @property
    def trusted_servers(self):
        return [host for host in self.get("trusted_servers").split(",") if host]

    @property
    def virtual_ip(self):
        return self.get("virtual_ip")

    @property
    def server_log(self):
        return os.path.join(self.prefix, "logfile")


def default_path():
    return os.path.join(layout.PREFIX, "etc", "repmgr.conf")


def original_path(path):
    """A shadow given back to us by repmgr (it stores the path it was started with) stands for the file it was made from."""
    marker = os.path.join(os.path.dirname(os.path.abspath(path)), "origin")
    if os.path.exists(marker):
        with open(marker, encoding="utf-8") as file:
            return file.read().strip()
    return path


def shadow_of(path, name="repmgr.conf"):
    target = shadow.build_repmgr(path, name)
    shadow.write(os.path.join(os.path.dirname(target), "origin"), os.path.abspath(path) + "\n", 0o644)
    return target


class SqlError(Exception):
    pass


# The control file learns of a promotion at the next checkpoint only; the WAL being written knows at once.
TIMELINE = "case when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint()) else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end"


def bounded(conninfo):
    """The conninfo with a short connect_timeout: a server that hangs must not hang its watchers."""
    values = conninfo_values(conninfo)
    values["connect_timeout"] = str(min(int(values.get("connect_timeout", "3")), labconf.number("connect_timeout")))
    return format_conninfo(values)


PSQL = ["-XAtq", "-F", "\x1f", "-v", "ON_ERROR_STOP=1"]


def sql(conninfo, statement, timeout=None):
    """Rows of one statement as lists of text; raises SqlError. In a daemon (keep_sessions) over a connection that stays."""
    limit = timeout or labconf.number("query_timeout")
    if sessions is not None:
        lines = sessions.setdefault(conninfo, Session(conninfo)).run(statement, limit)
    else:
        command = [layout.original("psql")] + PSQL + ["-d", bounded(conninfo), "-c", statement]
        try:
            done = subprocess.run(command, env=layout.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            raise SqlError("no answer within %s s" % limit) from None
        if done.returncode != 0:
            raise SqlError(done.stderr.strip())
        lines = done.stdout.splitlines()
    return [line.split("\x1f") for line in lines]


sessions = None


def keep_sessions(name):
    """For daemons, which ask the same questions every second: starting psql and authenticating each time costs a tenth of a core per node."""
    global sessions
    sessions = {}
    os.environ["PGAPPNAME"] = name


class Session:
    """One psql that stays connected; statements go in by line, an end mark comes back on standard error, where nothing is buffered."""

    MARK = "--end-of-answer--"

    def __init__(self, conninfo):
        self.conninfo = conninfo
        self.lock = threading.Lock()
        self.process = None

    def run(self, statement, limit):
        with self.lock:
            if self.process is not None and self.process.poll() is not None:
                self.end()
            if self.process is None:
                command = [layout.original("psql")] + PSQL + ["-d", bounded(self.conninfo), "-f", "-"]
                self.process = subprocess.Popen(command, env=layout.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            try:
                self.process.stdin.write(("%s;\n\\warn %s\n" % (statement, self.MARK)).encode())
                self.process.stdin.flush()
                return self.answer(time.monotonic() + limit)
            except (SqlError, OSError) as problem:
                self.end()
                raise SqlError(str(problem)) from None

    def end(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except OSError:
                pass  # what was not sent yet
        self.process = None

    def answer(self, deadline):
        text = b""
        mark = self.MARK.encode() + b"\n"
        while not text.endswith(mark):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else None
            if piece is None:
                raise SqlError("no answer within the time limit")
            if piece == b"":
                raise SqlError(text.decode(errors="replace").strip() or "connection lost")
            text += piece
        return text[: -len(mark)].decode(errors="replace").splitlines()


def format_conninfo(values):
    return " ".join("%s='%s'" % (key, value.replace("\\", "\\\\").replace("'", "\\'")) for key, value in values.items())


def ping(conninfo):
    """'up', 'starting' (rejecting connections) or 'down', as pg_isready sees it."""
    values = conninfo_values(conninfo)
    command = [layout.original("pg_isready"), "-q", "-t", str(labconf.number("connect_timeout")), "-h", values.get("host", "/tmp"), "-p", values.get("port", "54321")]
    code = subprocess.run(command, env=layout.environment(), check=False).returncode
    return {0: "up", 1: "starting"}.get(code, "down")


class Node:
    """A row of repmgr.nodes."""

    FIELDS = ("node_id", "node_name", "type", "active", "conninfo", "upstream_node_id")

    def __init__(self, node_id, node_name, type, active, conninfo, upstream_node_id=""):
        self.node_id = int(node_id)
        self.name = node_name
        self.type = type
        self.active = active == "t" or active is True
        self.conninfo = conninfo
        self.upstream = upstream_node_id
        self.host = conninfo_values(conninfo).get("host", "")

    def as_list(self):
        return [self.node_id, self.name, self.type, self.active, self.conninfo, self.upstream]


def registered_nodes(conninfo):
    rows = sql(conninfo, "select node_id, node_name, type, active, conninfo, upstream_node_id from repmgr.nodes order by node_id")
    return [Node(*row) for row in rows]


def cache_path(configuration):
    return os.path.join(configuration.prefix, "etc", "kbha.nodes")


def remember_nodes(configuration, nodes):
    """Kept on disk: after a power failure of the whole cluster no database is there to ask who the peers are."""
    text = json.dumps([node.as_list() for node in nodes]) + "\n"
    path = cache_path(configuration)
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except OSError:
        pass
    shadow.write(path, text)


def remembered_nodes(configuration):
    try:
        with open(cache_path(configuration), encoding="utf-8") as file:
            return [Node(*row) for row in json.load(file)]
    except (OSError, ValueError):
        return []
