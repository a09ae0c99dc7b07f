"""Knobs that exist only in the lab: /etc/kingbase-lab.conf (key=value), or KINGBASE_LAB_<KEY> in the environment."""

import os

DEFAULTS = {
    "kbha_interval": "2",  # seconds between two rounds of kbha
    "companion_interval": "1",  # seconds between two rounds of the companion of repmgrd
    "disk_check_interval": "60",
    "disk_check_retry": "10",
    "recovery_delay": "5",  # seconds a node stays failed before the primary brings it back
    "recovery_retry": "15",
    "unattached_delay": "30",  # seconds a standby runs without streaming until the primary attaches it again
    "connect_timeout": "3",
    "query_timeout": "5",
    "remote_timeout": "15",
    "synchronous_hold": "2",  # seconds after the last standby left until synchronous_standby_names is emptied
    "stable_rounds": "3",  # rounds in a row in which a whole-cluster failure must look the same
}
PATH = "/etc/kingbase-lab.conf"


def read(path=PATH):
    found = dict(DEFAULTS)
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                key, mark, value = line.split("#")[0].partition("=")
                if mark and key.strip() in DEFAULTS:
                    found[key.strip()] = value.strip()
    except OSError:
        pass
    for key in DEFAULTS:
        found[key] = os.environ.get("KINGBASE_LAB_" + key.upper(), found[key])
    return found


def number(key):
    value = float(read()[key])
    return int(value) if value == int(value) else value
