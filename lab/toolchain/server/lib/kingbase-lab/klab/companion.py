"""What the fork's repmgrd does beyond the original, in a process that lives and dies with it.

On every node: rewrites the copy of repmgr.conf when the file changed, so that SIGHUP finds the new text; keeps synchronous_standby_names empty on
a standby. On the primary: sets synchronous_standby_names by `synchronous`, brings failed nodes back by `recovery`, stops a stale primary.
"""

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from . import cluster, decide, labconf, layout, node_state, remote, title
from .kbha import detach, pid_from
from .log import Log
from .repmgr_cli import DataDirectoryLock


def launch(conf):
    """Starts the companion of the repmgrd that this process is about to become."""
    if os.fork() == 0:
        script = os.path.join(layout.LIB, "companion")
        os.execve(script, [script, "-f", conf], layout.environment())


class Companion:
    def __init__(self, conf):
        self.configuration = cluster.Configuration(conf)
        self.log = Log(self.configuration.get("log_file") or None)
        self.read_at = os.stat(conf).st_ctime_ns
        self.lost_since = None
        self.failed_since = {}
        self.retry_at = {}
        self.pool = ThreadPoolExecutor(8)
        self.busy = {}

    def pid(self):
        return pid_from(self.configuration.get("repmgrd_pid_file"), "repmgrd")

    def follow_configuration(self, pid):
        """Rewrites the copy after a change. Where repmgrd read the old copy after that change, its SIGHUP came before us: pass it on again."""
        try:
            changed = os.stat(self.configuration.path).st_ctime_ns
        except OSError:
            return
        if changed == self.read_at:
            return
        self.read_at = changed
        self.configuration = cluster.Configuration(self.configuration.path)
        copy = os.path.join(layout.shadow_directory(self.configuration.path), "repmgrd.conf")
        missed = os.stat(copy).st_atime_ns > changed if os.path.exists(copy) else False
        cluster.shadow_of(self.configuration.path, "repmgrd.conf")
        if missed:
            os.kill(pid, signal.SIGHUP)

    def round(self):
        conninfo = self.configuration.conninfo
        statement = "select pg_is_in_recovery(), current_setting('synchronous_standby_names'), %s, repmgr.repmgrd_is_paused()" % cluster.TIMELINE
        try:
            recovery, names, timeline, paused = cluster.sql(conninfo, statement)[0]
            nodes = cluster.registered_nodes(conninfo)
        except cluster.SqlError as problem:
            self.log.once("local", "INFO", "the local database does not answer", str(problem))
            return
        self.log.over("local")
        mine = next((node for node in nodes if node.node_id == self.configuration.node_id), None)
        if mine is None or mine.type == "witness":
            return
        if recovery == "t":
            if names:
                self.set_names("")
            self.failed_since.clear()
            return
        if mine.type != "primary":
            return  # promoted, but not recorded yet
        streaming = [row[0] for row in cluster.sql(conninfo, "select application_name from pg_stat_replication where state = 'streaming'")]
        self.manage_names(names, streaming, nodes)
        self.manage_failed(nodes, int(timeline), paused == "t")

    # --- synchronous replication --------------------------------------------------------------------------------------

    def manage_names(self, current, streaming, nodes):
        standbys = [node.name for node in nodes if node.type == "standby" and node.name in streaming]
        split = lambda key: [name.strip() for name in self.configuration.get(key).split(",") if name.strip()]
        wanted = decide.synchronous(self.configuration.get("synchronous"), standbys, (split("sync_nodes"), split("potential_nodes")))
        named = re.findall(r"[\w.-]+", current.partition("(")[2])
        lost = any(name not in standbys for name in named)
        now = time.monotonic()
        self.lost_since = (self.lost_since or now) if lost else None
        change = decide.synchronous_change(current, wanted, now - self.lost_since if self.lost_since else 0, labconf.number("synchronous_hold"))
        if change is not None:
            self.set_names(change)

    def set_names(self, value):
        conninfo = self.configuration.conninfo
        cluster.sql(conninfo, "alter system set synchronous_standby_names = '%s'" % value)
        cluster.sql(conninfo, "select pg_reload_conf()")
        self.lost_since = None
        self.log.notice('set synchronous_standby_names to "%s"' % value)

    # --- failed nodes -------------------------------------------------------------------------------------------------

    def manage_failed(self, nodes, timeline, paused):
        rows = cluster.sql(self.configuration.conninfo, "select application_name from pg_stat_replication where state <> 'startup'")
        attached = {row[0] for row in rows}
        failed = [node for node in nodes if node.type != "witness" and node.node_id != self.configuration.node_id and node.name not in attached]
        for name in set(self.failed_since) - {node.name for node in failed}:
            del self.failed_since[name]
        if not failed:
            return
        states = list(self.pool.map(node_state.over_sql, failed))
        primaries = [(node, state) for node, state in zip(failed, states) if state and state.recovery is False]
        if not primaries:
            self.log.over("primaries")
        for node, state in primaries:
            self.stop_if_stale(node, state, timeline)
        for node, state in zip(failed, states):
            if state is None:
                self.bring_back(node, bool(primaries), paused)
            elif state.recovery:
                self.attach_again(node, timeline, bool(primaries), paused)

    def attach_again(self, node, timeline, others_primary, paused):
        unattached_for = time.monotonic() - self.failed_since.setdefault(node.name, time.monotonic())
        delays = (labconf.number("recovery_delay"), labconf.number("unattached_delay"))
        diverged = unattached_for >= delays[0] and self.is_diverged(node, timeline)
        reason = decide.reattach(self.configuration.get("recovery"), diverged, unattached_for, delays, others_primary, paused)
        if reason:
            self.bring_back(node, others_primary, paused, ("reattach", reason))

    def is_diverged(self, node, timeline):
        """Asked only about a standby that runs and does not stream."""
        statement = "select received_tli, pg_last_wal_replay_lsn() - '0/0' from pg_stat_wal_receiver"
        try:
            rows = cluster.sql(node.conninfo, statement)
        except cluster.SqlError:
            return False
        return any(decide.diverged(int(row[0]), int(row[1]), self.forks(timeline)) for row in rows if all(row))

    def stop_if_stale(self, node, state, timeline):
        if not decide.stale_primary(timeline, state.timeline, self.forks(timeline)):
            self.log.once("primaries", "ERROR", "there may be multiple nodes running as primary, can not do recovery for failed node", 'node "%s" (ID: %d) runs as primary on timeline %s, this node on timeline %d' % (node.name, node.node_id, state.timeline, timeline))
            return
        self.log.notice('node "%s" (ID: %d) runs as primary on timeline %d, which this node left: stop it' % (node.name, node.node_id, state.timeline))
        stop = "{b}/kbha -A unloadvip -f {c}; {b}/sys_ctl -D {d} -m fast -t 10 stop || {b}/sys_ctl -D {d} -m immediate -t 10 stop".format(b=layout.BIN, c=self.configuration.path, d=self.configuration.data)
        code, output = remote.run(self.configuration, node.host, stop, timeout=40)
        if code != 0:
            self.log.error('could not stop node "%s" (ID: %d)' % (node.name, node.node_id), output.strip())

    def forks(self, timeline):
        """{timeline: position} our timeline was forked from, read from its history file."""
        try:
            with open(os.path.join(self.configuration.data, "pg_wal", "%08X.history" % timeline), encoding="utf-8") as file:
                return parse_history(file.read())
        except OSError:
            return {}

    def bring_back(self, node, others_primary, paused, how=None):
        now = time.monotonic()
        since = self.failed_since.setdefault(node.name, now)
        if now - since < labconf.number("recovery_delay") or now < self.retry_at.get(node.name, 0):
            return
        running = self.busy.get(node.name)
        if running is not None and not running.done():
            return
        self.retry_at[node.name] = now + labconf.number("recovery_retry")
        self.busy[node.name] = self.pool.submit(self.guarded_recover, node, others_primary, paused, how)

    def guarded_recover(self, *arguments):
        try:
            self.recover(*arguments)
        except Exception as problem:
            self.log.error("unexpected: %s: %s" % (type(problem).__name__, problem))

    def recover(self, node, others_primary, paused, how):
        title = 'node "%s" (ID: %d)' % (node.name, node.node_id)
        action, reason = how or self.judge(node, others_primary, paused)
        if action is None:
            self.log.info('%s is not attached; host "%s": %s' % (title, node.host, reason))
            return
        self.log.notice("%s failed (%s), %s it" % (title, reason, action))
        mine = cluster.conninfo_values(self.configuration.conninfo)
        command = "%s/kbha -A %s -f %s -h %s" % (layout.BIN, action, self.configuration.path, mine["host"])
        code, output = remote.run(self.configuration, node.host, command, timeout=300)
        self.failed_since[node.name] = time.monotonic()
        self.record(node, code == 0, output)

    def judge(self, node, others_primary, paused):
        mode = self.configuration.get("recovery")
        state = decide.State(name=node.name, role=node.type, **decide.UNREACHABLE)
        if not (others_primary or mode == "manual" or paused):
            state = node_state.over_channel(self.configuration, node)
            if state.database == "unknown":
                return None, 'unable to connect to host "%s", can\'t confirm if it\'s a standby node' % node.host
        return decide.recover(mode, state, others_primary, paused, 0, 0)

    def record(self, node, success, output):
        event = "node_recovery_success" if success else "node_recovery_failed"
        text = 'node "%s" (ID: %d) auto-recovery %s' % (node.name, node.node_id, "success" if success else "failed")
        self.log.write("NOTICE" if success else "ERROR", text, None if success else output.strip()[-2000:])
        values = "(%d, '%s', %s, current_timestamp, '%s')" % (node.node_id, event, success, text)
        try:
            cluster.sql(self.configuration.conninfo, "set synchronous_commit = local; insert into repmgr.events (node_id, event, successful, event_timestamp, details) values " + values)
        except cluster.SqlError as problem:
            self.log.warning("could not record the event %s" % event, str(problem))


def parse_history(text):
    """{timeline: position as a number} of a timeline history file."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"^(\d+)\s+([0-9A-F]+)/([0-9A-F]+)", line)
        if match:
            found[int(match.group(1))] = (int(match.group(2), 16) << 32) + int(match.group(3), 16)
    return found


def wait_for_repmgrd(companion):
    for _ in range(100):
        pid = companion.pid()
        if pid:
            return pid
        time.sleep(0.1)
    return None


def main(conf):
    detach()
    title.name("hamgr-companion")
    cluster.keep_sessions("repmgrd companion")
    companion = Companion(conf)
    lock = DataDirectoryLock(conf)  # one companion per repmgr.conf
    for _ in range(50):
        if lock.take():
            break
        time.sleep(0.1)
    else:
        return
    pid = wait_for_repmgrd(companion)
    due = 0.0
    while pid is not None and companion.pid() == pid:
        companion.follow_configuration(pid)
        if time.monotonic() >= due:
            try:
                companion.round()
            except Exception as problem:  # must not die before repmgrd does
                companion.log.error("unexpected: %s: %s" % (type(problem).__name__, problem))
            due = time.monotonic() + labconf.number("companion_interval")
        time.sleep(0.2)
    os._exit(0)
