"""`node rejoin --force-rewind --no-check-wal`: rewind to the target whatever the timelines say, then attach as its standby.

The original refuses to look at a target with a lower timeline, so the steps after the rewind are done here.
"""

import os
import subprocess

from . import cluster, layout
from .log import Log


def target_conninfo(request, configuration):
    values = cluster.conninfo_values(configuration.conninfo)
    for key, options in (("host", ("-h", "--host")), ("user", ("-U", "--username")), ("dbname", ("-d", "--dbname")), ("port", ("-p", "--port"))):
        given = request.value(*options)
        if given:
            values[key] = given
    return values


def attach_settings(configuration, values):
    """Lines for the end of the auto file; the last line of a name wins."""
    values = {key: value for key, value in values.items() if key != "dbname"}
    values["application_name"] = configuration.node_name
    conninfo = " ".join("%s=%s" % item for item in values.items())
    return "primary_conninfo = '%s'\nprimary_slot_name = 'repmgr_slot_%d'\nrecovery_target_timeline = 'latest'\n" % (conninfo, configuration.node_id)


def run(request, configuration):
    log = Log()
    values = target_conninfo(request, configuration)
    target = cluster.format_conninfo(values)
    try:
        if cluster.sql(target, "select pg_is_in_recovery()") != [["f"]]:
            log.error("the rejoin target is not a primary")
            return 24
        slot = "repmgr_slot_%d" % configuration.node_id
        cluster.sql(target, "select pg_create_physical_replication_slot('%s', true) where not exists (select from pg_replication_slots where slot_name = '%s')" % (slot, slot))
    except cluster.SqlError as problem:
        log.error("unable to connect to the rejoin target", str(problem))
        return 24
    if cluster.ping(configuration.conninfo) != "down":
        log.error("database is still running", hint='"repmgr node rejoin" cannot be executed on a running node')
        return 24
    signal = os.path.join(configuration.data, "standby.signal")
    if os.path.exists(signal):
        os.unlink(signal)
    log.notice("executing sys_rewind", "timelines and WAL positions are not compared")
    rewind = [os.path.join(layout.BIN, "sys_rewind"), "-D", configuration.data, "--source-server=" + target]
    if subprocess.run(rewind, check=False).returncode != 0:
        log.error("sys_rewind execution failed")
        return 24
    with open(os.path.join(configuration.data, "postgresql.auto.conf"), "a", encoding="utf-8") as file:
        file.write(attach_settings(configuration, values))
    with open(signal, "w", encoding="utf-8"):
        pass
    start = [os.path.join(layout.BIN, "sys_ctl"), "-w", "-t", "60", "-l", configuration.server_log, "-D", configuration.data, "start"]
    if subprocess.run(start, check=False).returncode != 0:
        return 24
    return subprocess.run([os.path.join(layout.BIN, "repmgr"), "-f", configuration.path, "standby", "register", "--force"], check=False).returncode
