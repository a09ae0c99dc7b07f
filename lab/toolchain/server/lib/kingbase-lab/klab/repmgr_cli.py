"""bin/repmgr: the command line in Kingbase's words, given on to the original; and what the fork does around it."""

import fcntl
import os
import re
import subprocess
import sys
import threading
import time

from . import cluster, layout, remote
from .log import Log
from .virtualip import VirtualIp

ERR_REJOIN_FAIL = 24
WAIT_FOR_LOCK = 60
SUBCOMMANDS = ("primary", "master", "standby", "node", "cluster", "witness", "service", "daemon")


class Request:
    """The parsed command line: what to run, on which configuration, and the words to pass on."""

    def __init__(self, arguments):
        self.conf = None
        self.no_check_wal = False
        self.words = []
        self.positional = []
        position = 0
        while position < len(arguments):
            word = arguments[position]
            position += 1
            if word in ("-f", "--config-file"):
                self.conf = arguments[position] if position < len(arguments) else None
                position += 1
            elif word.startswith("--config-file="):
                self.conf = word.split("=", 1)[1]
            elif word == "--no-check-wal":
                self.no_check_wal = True
            elif word == "--sysdata" or word.startswith("--sysdata="):
                self.words.append("--pgdata" + word[len("--sysdata") :])
            else:
                self.words.append(word)
        self.find_command()
        if self.conf is None and os.path.exists(cluster.default_path()):
            self.conf = cluster.default_path()
        if self.conf is not None:
            self.conf = cluster.original_path(self.conf)

    def find_command(self):
        for position, word in enumerate(self.words[:-1]):
            if word in SUBCOMMANDS and re.fullmatch(r"[a-z]+", self.words[position + 1]):
                self.positional = [word.replace("master", "primary"), self.words[position + 1]]
                return

    def has(self, *options):
        return any(word in options or word.split("=")[0] in options for word in self.words)

    def value(self, *options):
        for position, word in enumerate(self.words):
            name, mark, value = word.partition("=")
            if name in options:
                return value if mark else (self.words[position + 1] if position + 1 < len(self.words) else None)
        return None


def environment(configuration):
    env = layout.environment()
    del env["PGHOST"]
    if configuration is not None and configuration.get("use_scmd") == "on":
        env["PATH"] = layout.SHIMS + ":" + env.get("PATH", "/usr/bin:/bin")
    return env


def command_line(request):
    program = layout.original("repmgr")
    config = ["-f", cluster.shadow_of(request.conf)] if request.conf else []
    return [program] + config + request.words


def call(request, configuration, **more):
    return subprocess.run(command_line(request), env=environment(configuration), check=False, **more)


# --- cluster show -----------------------------------------------------------------------------------------------------


def lags(configuration):
    """{node name: text} as the primary sees its standbys; empty where no primary answers."""
    try:
        nodes = cluster.registered_nodes(configuration.conninfo)
    except cluster.SqlError:
        nodes = cluster.remembered_nodes(configuration)
    statement = "select application_name, pg_size_pretty(greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)) from pg_stat_replication"
    try:
        return {row[0]: row[1] for row in cluster.sql(primary_among(nodes).conninfo, statement)}
    except cluster.SqlError:
        return {}


def add_lag_column(text, lag):
    """The table of the original with LSN_Lag after Timeline; everything around it untouched."""
    lines = text.splitlines()
    header = next((number for number, line in enumerate(lines) if re.match(r"^ ID\s+\|", line)), None)
    if header is None:
        return text
    titles = [cell.strip() for cell in lines[header].split("|")]
    after = next((titles.index(name) for name in ("Timeline", "TLI") if name in titles), None)
    if after is None:
        return text
    rows = [number for number in range(header + 2, len(lines)) if re.match(r"^ \d+\s+\|", lines[number])]
    values = {number: lag.get(lines[number].split("|")[1].strip(), "") or "" for number in rows}
    width = max([len("LSN_Lag")] + [len(value) for value in values.values()])
    for number in [header] + rows:
        cells = lines[number].split("|")
        cells.insert(after + 1, " " + (values.get(number, "LSN_Lag")).ljust(width) + " ")
        lines[number] = "|".join(cells)
    rule = lines[header + 1].split("+")
    rule.insert(after + 1, "-" * (width + 2))
    lines[header + 1] = "+".join(rule)
    return "\n".join(lines) + "\n"


def cluster_show(request, configuration):
    if request.has("--csv") or configuration is None:
        return call(request, configuration).returncode
    done = call(request, configuration, stdout=subprocess.PIPE, text=True)
    sys.stdout.write(add_lag_column(done.stdout, lags(configuration)))
    return done.returncode


# --- register ---------------------------------------------------------------------------------------------------------


def primary_among(nodes):
    """The node that runs as primary now; what the local metadata calls primary may be behind."""
    for node in sorted(nodes, key=lambda node: node.type != "primary"):
        try:
            if node.type != "witness" and cluster.sql(node.conninfo, "select pg_is_in_recovery()") == [["f"]]:
                return node
        except cluster.SqlError:
            continue
    raise cluster.SqlError("no primary answers")


def store_original_path(request, configuration):
    """repmgr keeps the path of its configuration for remote calls: it must be the operator's file, not the copy under /run."""
    shadow = cluster.shadow_of(request.conf)
    statement = "update repmgr.nodes set config_file = '%s' where config_file = '%s'" % (os.path.abspath(request.conf), shadow)
    try:
        nodes = cluster.registered_nodes(configuration.conninfo)
        cluster.remember_nodes(configuration, nodes)
        cluster.sql(primary_among(nodes).conninfo, statement)
    except cluster.SqlError as problem:
        Log().warning("could not store the path of the configuration file", str(problem))


def register(request, configuration):
    code = call(request, configuration).returncode
    if code == 0 and configuration is not None:
        store_original_path(request, configuration)
    return code


# --- promote, switchover ----------------------------------------------------------------------------------------------


def promote(request, configuration):
    """The original's promotion; the old owner's virtual IP is looked at meanwhile, so that a free address costs no time."""
    log = Log()
    vip = VirtualIp(configuration, log)
    if request.has("--dry-run", "--help") or not vip.configured():
        return call(request, configuration).returncode
    free = []
    watcher = threading.Thread(target=lambda: free.append(vip.wait_until_free(configuration.number("vip_timeout"), lambda: ask_old_owner(configuration))))
    watcher.start()
    code = call(request, configuration).returncode
    if code == 0 or request.positional[1] == "switchover" and is_primary(configuration):
        watcher.join()
        if free == [True]:
            vip.load()
        else:
            log.error('the virtual ip "%s" is still answered by another host after %s seconds, it is not loaded here' % (vip.cidr, configuration.get("vip_timeout")), hint="kbha loads it as soon as nobody else answers")
    return code


def is_primary(configuration):
    try:
        return cluster.sql(configuration.conninfo, "select pg_is_in_recovery()") == [["f"]]
    except cluster.SqlError:
        return False


def ask_old_owner(configuration):
    for node in cluster.remembered_nodes(configuration):
        if node.node_id != configuration.node_id and node.type != "witness":
            remote.run(configuration, node.host, "%s/kbha -A unloadvip -f %s" % (layout.BIN, configuration.path), timeout=5)


# --- rejoin, clone ----------------------------------------------------------------------------------------------------


class DataDirectoryLock:
    """One of rejoin, clone and kbha's start at a time on this data directory."""

    def __init__(self, data):
        self.path = os.path.join(layout.shadow_directory(data), "action.lock")
        self.file = None

    def take(self, seconds=0):
        self.file = open(self.path, "w", encoding="utf-8")
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                if time.monotonic() >= deadline:
                    self.file.close()
                    return False
                time.sleep(0.2)


def with_lock(action):
    def locked(request, configuration):
        data = configuration.data if configuration else request.value("-D", "--pgdata")
        lock = DataDirectoryLock(data)
        if data and not lock.take(WAIT_FOR_LOCK):
            Log().error('another rejoin, clone or start is running on "%s"' % data)
            return ERR_REJOIN_FAIL
        return action(request, configuration)

    return locked


def target_conninfo(request, configuration):
    values = cluster.conninfo_values(configuration.conninfo)
    for key, options in (("host", ("-h", "--host")), ("user", ("-U", "--username")), ("dbname", ("-d", "--dbname")), ("port", ("-p", "--port"))):
        values[key] = request.value(*options) or values.get(key, "")
    return cluster.format_conninfo({key: value for key, value in values.items() if value})


def timeline_ahead(request, configuration):
    """The fork refuses a target on a lower timeline, also with --force-rewind; the original would rewind. True where it must be refused."""
    from . import node_state

    mine = node_state.newest_timeline(configuration.data)
    try:
        theirs = int(cluster.sql(target_conninfo(request, configuration), "select " + cluster.TIMELINE)[0][0])
    except cluster.SqlError:
        return False  # the original says what is wrong with the target
    if mine is None or mine <= theirs:
        return False
    Log().error(
        "this node's timeline is ahead of the rejoin target node's timeline",
        "this node's timeline is %d, rejoin target node's timeline is %d" % (mine, theirs),
    )
    return True


def rejoin(request, configuration):
    if request.no_check_wal and not request.has("--force-rewind"):
        Log().error("--no-check-wal can only be used together with --force-rewind")
        return 1
    if not request.has("--help") and not request.no_check_wal and timeline_ahead(request, configuration):
        return ERR_REJOIN_FAIL
    signal = os.path.join(configuration.data, "standby.signal")
    before = os.path.exists(signal)
    code = call(request, configuration).returncode
    if code != 0 and not before and os.path.exists(signal) and cluster.ping(configuration.conninfo) == "down":
        # The original leaves a standby.signal behind a rewind that failed: a former primary must not look like a standby.
        os.unlink(signal)
    return code


def main(arguments):
    request = Request(arguments)
    configuration = cluster.Configuration(request.conf) if request.conf and os.path.exists(request.conf) else None
    command = tuple(request.positional)
    handlers = {
        ("cluster", "show"): cluster_show,
        ("primary", "register"): register,
        ("standby", "register"): register,
        ("witness", "register"): register,
    }
    if configuration is not None:
        handlers[("standby", "promote")] = promote
        handlers[("standby", "switchover")] = promote
        handlers[("node", "rejoin")] = with_lock(rejoin)
    handlers[("standby", "clone")] = with_lock(lambda request, configuration: call(request, configuration).returncode)
    handler = handlers.get(command)
    if handler is not None:
        return handler(request, configuration)
    line = command_line(request)
    sys.stdout.flush()
    os.execve(line[0], line, environment(configuration))
    return 1
