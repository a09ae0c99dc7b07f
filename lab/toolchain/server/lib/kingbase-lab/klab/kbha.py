"""bin/kbha: the watchdog of one node. Each round observes, asks decide.py, acts; nothing is remembered but counters."""

import fcntl
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from . import cluster, decide, labconf, layout, node_state, title, virtualip
from .log import Log
from .repmgr_cli import DataDirectoryLock


def pid_from(path, program):
    """The process that a pid file names, where it runs that program."""
    try:
        with open(path, encoding="utf-8") as file:
            pid = int(file.readline())
    except (OSError, ValueError):
        return None
    return pid if node_state.program_of(pid) == program else None


def sys_ctl(configuration, *words):
    command = [os.path.join(layout.BIN, "sys_ctl"), "-D", configuration.data, *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode


def start_database(configuration):
    lock = DataDirectoryLock(configuration.data)
    if not lock.take():
        return None
    if not node_state.process_alive(configuration.data):
        node_state.drop_stale_lock(configuration.data)
    code = sys_ctl(configuration, "-w", "-t", "60", "-l", configuration.server_log, "start")
    lock.file.close()
    return code == 0


def probe_within(directory, seconds):
    """The disk test, in a process of its own: a frozen file system blocks whoever writes to it, beyond any signal."""
    script = os.path.join(layout.LIB, "probe_directory")
    child = subprocess.Popen([script, directory], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + seconds
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return child.poll() == 0


class Watchdog:
    def __init__(self, conf):
        self.configuration = cluster.Configuration(conf)
        self.log = Log(self.configuration.get("kbha_log_file") or None)
        self.gateway_failures = 0
        self.gateway_checked = 0.0
        self.disk_failures = 0
        self.disk_failed = False
        self.disk_checked = time.monotonic()
        self.stable = 0
        self.pool = ThreadPoolExecutor(8)

    def run(self):
        """Gateways and disk are watched beside the rest: a peer that does not answer must not delay a stop."""
        for check in (self.check_gateways, self.check_disk):
            threading.Thread(target=self.every, args=(0.5, check), daemon=True).start()
        self.every(None, self.round)

    def every(self, seconds, action):
        while True:
            try:
                action()
            except Exception as problem:  # the watchdog outlives whatever it meets
                self.log.error("unexpected: %s: %s" % (type(problem).__name__, problem))
            time.sleep(seconds or labconf.number("kbha_interval"))

    def round(self):
        self.configuration = cluster.Configuration(self.configuration.path)
        self.keep_repmgrd()
        nodes = self.nodes()
        role = next((node.type for node in nodes if node.node_id == self.configuration.node_id), None)
        local = node_state.local_state(self.configuration, role)
        self.check_virtual_ip(local, nodes)
        self.keep_database(local, nodes)

    def nodes(self):
        try:
            nodes = cluster.registered_nodes(self.configuration.conninfo)
        except cluster.SqlError:
            return cluster.remembered_nodes(self.configuration)
        if nodes:
            cluster.remember_nodes(self.configuration, nodes)
        return nodes

    def peers(self, nodes):
        return [node for node in nodes if node.node_id != self.configuration.node_id]

    def keep_repmgrd(self):
        path = self.configuration.get("repmgrd_pid_file")
        if not path or pid_from(path, "repmgrd") or cluster.ping(self.configuration.conninfo) != "up":
            return
        if os.path.exists(path):
            os.unlink(path)  # repmgrd would not start while any process has that number
        command = [os.path.join(layout.BIN, "repmgrd"), "-d", "-v", "-f", self.configuration.path]
        code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
        if code == 0:
            self.log.over("repmgrd")
            self.log.notice("repmgrd was not running, started it again")
        else:
            self.log.once("repmgrd", "ERROR", "repmgrd is not running and could not be started")

    def keep_database(self, local, nodes):
        if local.database != "down" or not nodes:
            self.stable = 0
            self.log.over("start")
            return
        if self.disk_failed:
            self.log.once("start", "INFO", "the database is down and is not started: the disk check failed")
            return
        states = list(self.pool.map(lambda node: node_state.peer_state(self.configuration, node), self.peers(nodes)))
        network_ok = not self.configuration.trusted_servers or self.any_gateway()
        level = int(self.configuration.get("auto_cluster_recovery_level"))
        action, reason = decide.start(local, states, level, network_ok)
        if action is None:
            self.stable = 0
            self.log.once("start", "INFO", "the database is down and is not started: %s" % reason)
            return
        self.stable += 1
        if action == "primary" and self.stable < labconf.number("stable_rounds"):
            return
        self.log.notice("start the database as %s: %s" % (action, reason))
        started = start_database(self.configuration)
        if started is not None:
            self.log.write("NOTICE" if started else "ERROR", "the database is started" if started else "the database could not be started", self.configuration.server_log)

    def check_virtual_ip(self, local, nodes):
        vip = virtualip.VirtualIp(self.configuration, self.log)
        if not vip.configured():
            return
        bound = vip.bound()
        newer = False
        if local.database == "up" and local.recovery is False:
            if local.role != "primary":
                return  # promoted, but not by repmgr: whose address it is, an operator says
            newer = self.newer_primary(nodes)
        elsewhere = not bound and local.recovery is False and vip.answered_elsewhere()
        action = decide.virtual_ip(local.database, local.recovery, newer, bound, elsewhere)
        if action == "load":
            vip.load()
        elif action == "unload":
            vip.unload()

    def newer_primary(self, nodes):
        """A peer that is primary on a later timeline than ours, and registered as such."""
        try:
            mine = int(cluster.sql(self.configuration.conninfo, "select " + cluster.TIMELINE)[0][0])
        except cluster.SqlError:
            return False
        standbys = [node for node in self.peers(nodes) if node.type != "witness"]
        seen = [state for state in self.pool.map(node_state.over_sql, standbys) if state is not None]
        return any(state.recovery is False and state.role == "primary" and state.timeline > mine for state in seen)

    def check_disk(self):
        wait = labconf.number("disk_check_retry" if self.disk_failures else "disk_check_interval")
        if time.monotonic() - self.disk_checked < wait:
            return
        self.disk_checked = time.monotonic()
        directories = mount_points(self.configuration)
        if all(probe_within(directory, 5) for directory in directories):
            self.disk_failures, self.disk_failed = 0, False
            return
        limit = self.configuration.number("mount_check_max_retries")
        self.disk_failures += 1
        use_check_disk = self.configuration.get("use_check_disk") == "on"
        failed, stop = decide.disk(use_check_disk, self.disk_failures, limit, self.database())
        if not failed:
            self.log.warning("Failed to check the mount_point_list %d / %d" % (self.disk_failures, limit), " ".join(directories))
            return
        self.disk_failures, self.disk_failed = 0, use_check_disk
        self.log.error("Failed to check the mount_point_list %d / %d, all failed" % (limit, limit))
        if stop:
            self.log.notice("the use_check_disk = on, will stop the database")
            self.stop_database()

    def database(self):
        """Whether a server holds the data directory at all: one that hangs must be stopped too."""
        return "up" if node_state.process_alive(self.configuration.data) else "down"

    def stop_database(self):
        if sys_ctl(self.configuration, "-m", "fast", "-t", "10", "stop") != 0:
            sys_ctl(self.configuration, "-m", "immediate", "-t", "10", "stop")

    def any_gateway(self):
        return any(self.pool.map(lambda host: virtualip.answers(self.configuration, host), self.configuration.trusted_servers))

    def check_gateways(self):
        """Watched all the time only where losing them must stop the database."""
        keep_running = self.configuration.get("running_under_failure_trusted_servers") == "on"
        if keep_running or not self.configuration.trusted_servers:
            self.gateway_failures = 0
            return
        if time.monotonic() - self.gateway_checked < self.configuration.number("reconnect_interval"):
            return
        self.gateway_checked = time.monotonic()
        if self.any_gateway():
            self.gateway_failures = 0
            return
        self.gateway_failures += 1
        for host in self.configuration.trusted_servers:
            self.log.warning('ping host"%s" failed' % host, "average RTT value is not greater than zero")
        if decide.gateway(keep_running, self.gateway_failures, self.configuration.number("reconnect_attempts"), self.database()):
            self.log.info("stop database %s" % self.configuration.data)
            self.stop_database()


def claim(configuration):
    """The daemon's pid file, locked for its life; None when another daemon holds it."""
    path = configuration.get("kbha_pid_file") or os.path.join(configuration.prefix, "etc", "kbha.pid")
    file = open(path, "a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return None
    if not os.path.exists(path) or os.fstat(file.fileno()).st_ino != os.stat(path).st_ino:
        return claim(configuration)  # removed by the daemon that just ended
    file.truncate(0)
    file.write("%d\n" % os.getpid())
    file.flush()
    return file


def detach():
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.chdir("/")


def daemon(conf):
    configuration = cluster.Configuration(conf)
    probe_file = claim(configuration)
    if probe_file is None:
        return 0
    probe_file.close()
    print('[NOTICE] redirecting logging output to "%s"' % configuration.get("kbha_log_file"), flush=True)
    detach()
    held = claim(configuration)
    if held is None:
        os._exit(0)
    title.show([os.path.join(layout.BIN, "kbha"), "-A", "daemon", "-f", conf], "kbha")
    signal.signal(signal.SIGTERM, lambda *_: stop_daemon(held.name))
    cluster.keep_sessions("kbha")
    watchdog = Watchdog(conf)
    watchdog.log.notice("kbha daemon starting up")
    watchdog.run()


def stop_daemon(pid_file):
    os.unlink(pid_file)
    os._exit(0)


def disk_refuses(configuration):
    """With use_check_disk a database is not started on a disk that just failed the test."""
    return configuration.get("use_check_disk") == "on" and not all(probe_within(directory, 5) for directory in mount_points(configuration))


def mount_points(configuration):
    return configuration.get("mount_point_list").replace(",", " ").replace(":", " ").split() or [configuration.data]


def rejoin(conf, host):
    configuration = cluster.Configuration(conf)
    values = cluster.conninfo_values(configuration.conninfo)
    command = [os.path.join(layout.BIN, "repmgr"), "-f", conf, "node", "rejoin", "-h", host]
    command += ["-U", values.get("user", "esrep"), "-d", values.get("dbname", "esrep"), "-p", values.get("port", "54321"), "--force-rewind"]
    return subprocess.run(command, check=False).returncode


def reattach(configuration, host):
    """Stops the standby and rejoins it. repmgrd ends too: it keeps in memory whom it believed to be its upstream; kbha starts it again."""
    pid = pid_from(configuration.get("repmgrd_pid_file"), "repmgrd")
    if pid:
        os.kill(pid, signal.SIGTERM)
    if sys_ctl(configuration, "-m", "fast", "-t", "60", "stop") != 0:
        return 1
    return rejoin(configuration.path, host)


def main(action, conf, host):
    configuration = cluster.Configuration(conf)
    if action == "daemon":
        return daemon(conf)
    if action == "state":
        print(node_state.as_json(node_state.local_state(configuration)))
        return 0
    if action in ("start", "reattach") and disk_refuses(configuration):
        print("the disk check failed, the database is not started")
        return 1
    if action == "reattach":
        return reattach(configuration, host)
    if action == "rejoin":
        return rejoin(conf, host)
    if action == "start":
        return 0 if start_database(configuration) else 1
    vip = virtualip.VirtualIp(configuration, Log(configuration.get("kbha_log_file") or None))
    return 0 if (vip.load() if action == "loadvip" else vip.unload()) else 1
