"""bin/sys_monitor.sh: starts and stops the cluster layer by layer over the remote channel, and each node's part of it."""

import datetime
import os
import re
import subprocess
import sys
import time

from . import cluster, kbha, layout, node_state, remote, virtualip

CRON_FILE = "/etc/cron.d/KINGBASECRON"
USAGE = "Usage: sys_monitor.sh {start|stop|restart|startlocal|stoplocal|set [--restart]}"


def say(text):
    print("%s %s" % (datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"), text), flush=True)


def toggled(text, active):
    """The cron file with the line of kbha commented out or in; None where there is no such line."""
    lines, found = text.splitlines(), False
    for number, line in enumerate(lines):
        if "kbha -A daemon" in line:
            found = True
            bare = re.sub(r"^#*", "", line)
            lines[number] = bare if active else "#" + bare
    return "\n".join(lines) + "\n" if found else None


def set_cron(active):
    """In /etc/cron.d as root (sudo -n), else in the user's own crontab."""
    if os.path.exists(CRON_FILE):
        with open(CRON_FILE, encoding="utf-8") as file:
            text = toggled(file.read(), active)
        write = [] if os.access(CRON_FILE, os.W_OK) else ["sudo", "-n"]
        if text is not None:
            return subprocess.run(write + ["tee", CRON_FILE], input=text, stdout=subprocess.DEVNULL, text=True, check=False).returncode
    listed = subprocess.run(["crontab", "-l"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    text = toggled(listed, active)
    if text is None:
        return 1
    return subprocess.run(["crontab", "-"], input=text, text=True, check=False).returncode


def end(pid, seconds=10):
    if pid is None:
        return
    os.kill(pid, 15)
    for _ in range(seconds * 10):
        if not os.path.exists("/proc/%d" % pid):
            return
        time.sleep(0.1)
    os.kill(pid, 9)


class Local:
    """What one node does of it; `sys_monitor.sh --step <name>` over the remote channel."""

    def __init__(self, configuration):
        self.configuration = configuration

    def start_db(self):
        if cluster.ping(self.configuration.conninfo) == "up":
            return 0
        return kbha.sys_ctl(self.configuration, "-w", "-t", "60", "-l", self.configuration.server_log, "start")

    def stop_db(self):
        if cluster.ping(self.configuration.conninfo) == "down":
            return 0
        return kbha.sys_ctl(self.configuration, "-w", "-t", "60", "-m", "fast", "stop")

    def start_repmgrd(self):
        if kbha.pid_from(self.configuration.get("repmgrd_pid_file"), "repmgrd"):
            return 0
        return subprocess.run([os.path.join(layout.BIN, "repmgrd"), "-d", "-v", "-f", self.configuration.path], check=False).returncode

    def stop_repmgrd(self):
        end(kbha.pid_from(self.configuration.get("repmgrd_pid_file"), "repmgrd"))
        return 0

    def start_kbha(self):
        code = subprocess.run([os.path.join(layout.BIN, "kbha"), "-A", "daemon", "-f", self.configuration.path], check=False).returncode
        return code or set_cron(True)

    def stop_kbha(self):
        code = set_cron(False)
        end(kbha.pid_from(self.configuration.get("kbha_pid_file"), "kbha"))
        return code

    def ping(self):
        return 0 if any(virtualip.answers(self.configuration, host) for host in self.configuration.trusted_servers) else 1


def on_node(configuration, node, step):
    command = "%s/sys_monitor.sh --step %s" % (layout.BIN, step)
    code, output = remote.run(configuration, node.host, command, timeout=90)
    return code == 0


LABELS = {"db": "DB", "repmgrd": "repmgrd", "kbha": "kbha"}


def layer(configuration, nodes, verb, part):
    good = True
    for node in nodes:
        say('begin to %s %s on "[%s]".' % (verb, LABELS[part], node.host))
        if on_node(configuration, node, "%s_%s" % (verb, part)):
            say('%s on "[%s]" %s success.' % (LABELS[part], node.host, verb))
        else:
            say('execute to %s %s on "[%s]" failed.' % (verb, LABELS[part], node.host))
            good = False
    return good


def in_order(configuration):
    """Primary first: the node without standby.signal, or the one that runs as primary."""
    nodes = cluster.remembered_nodes(configuration)
    if not nodes:
        nodes = cluster.registered_nodes(configuration.conninfo)
        cluster.remember_nodes(configuration, nodes)
    states = {node.name: node_state.peer_state(configuration, node) for node in nodes}
    rank = lambda node: (node.type == "witness", states[node.name].signal is not False)
    return sorted(nodes, key=rank), states


def repmgr(configuration, *words):
    subprocess.run([os.path.join(layout.BIN, "repmgr"), "-f", configuration.path, *words], check=False)


def start(configuration):
    nodes, states = in_order(configuration)
    loose = [node.name for node in nodes if node.type != "witness" and states[node.name].signal is False]
    if len(loose) != 1:
        say("[ERROR] exactly one node may lack standby.signal, found: %s" % (", ".join(loose) or "none"))
        return 1
    say("Ready to start all DB ...")
    good = layer(configuration, nodes[:1], "start", "db")
    for node in nodes:
        say("Try to ping trusted_servers on host %s ..." % node.host)
        good = on_node(configuration, node, "ping") and good
    good = layer(configuration, nodes[1:], "start", "db") and good
    repmgr(configuration, "cluster", "show")
    good = layer(configuration, nodes, "start", "repmgrd") and good
    repmgr(configuration, "service", "status")
    good = layer(configuration, nodes, "start", "kbha") and good
    say("Done.")
    return 0 if good else 1


def stop(configuration):
    nodes, _ = in_order(configuration)
    say("Ready to stop all DB ...")
    good = layer(configuration, nodes, "stop", "kbha")
    good = layer(configuration, nodes, "stop", "repmgrd") and good
    good = layer(configuration, nodes[1:] + nodes[:1], "stop", "db") and good
    say("Done.")
    return 0 if good else 1


def local(configuration, verb):
    here = Local(configuration)
    parts = ("db", "repmgrd", "kbha") if verb == "start" else ("kbha", "repmgrd", "db")
    codes = []
    for part in parts:
        say('begin to %s %s on "[localhost]".' % (verb, LABELS[part]))
        codes.append(getattr(here, "%s_%s" % (verb, part))())
    return 0 if not any(codes) else 1


def main(arguments):
    action = arguments[0] if arguments else ""
    configuration = cluster.Configuration(cluster.default_path())
    if action == "--step":
        return getattr(Local(configuration), arguments[1])()
    if action in ("start", "stop"):
        return (start if action == "start" else stop)(configuration)
    if action == "restart":
        return stop(configuration) or start(configuration)
    if action in ("startlocal", "stoplocal"):
        return local(configuration, action[: -len("local")])
    if action == "set":
        pid = kbha.pid_from(configuration.get("repmgrd_pid_file"), "repmgrd")
        if pid:
            os.kill(pid, 1)
        return 0 if pid else 1
    print(USAGE, file=sys.stderr)
    return 1
