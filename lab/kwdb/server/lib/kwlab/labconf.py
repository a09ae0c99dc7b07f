"""What a test or a trainer may turn: KEY=VALUE lines in /etc/kaiwudb/lab.conf (or $KWLAB_CONF), read afresh at every use.

A real KWDB has no such file. Keys:
version               which KWDB to behave like (V3.2.1): before V3.2.0 an export directory need not be empty and limit_memory is unknown
stop_seconds          how long the process stays after SIGTERM or `kwbase quit` (10)
checkpoint_seconds    how long each checkpoint takes between its switch of files and its end (0): makes kwdb_wal.chk and .tmp visible
checkpoint_fails      1: a checkpoint switches the files and then fails, so that kwdb_wal.chk stays
export_fails          database.table,...: EXPORT cannot write this table, as on a full disk
export_row_millis     how long each exported row takes (0), for what must happen half-way through
"""

import os

DEFAULTS = {
    "version": "V3.2.1",
    "stop_seconds": "10",
    "checkpoint_seconds": "0",
    "checkpoint_fails": "0",
    "export_fails": "",
    "export_row_millis": "0",
}


def read(key):
    try:
        with open(os.environ.get("KWLAB_CONF", "/etc/kaiwudb/lab.conf"), encoding="utf-8") as file:
            lines = [line.split("=", 1) for line in file if "=" in line and not line.startswith("#")]
    except OSError:
        lines = []
    return dict((name.strip(), value.strip()) for name, value in lines).get(key, DEFAULTS[key])


def number(key):
    return float(read(key))


def version():
    return read("version")


def at_least(wanted):
    return parts(version()) >= parts(wanted)


def parts(text):
    return [int(part) for part in text.lstrip("Vv").split(".")]
