"""What is so on a node, each change with its moment in milliseconds: `<ms> <what> <on|off>`. Looks at files of the kernel and of the server every 30 ms.

Usage: v8r3Journal.py <journal> <data directory> <pid file of the pool> <virtual IP of the database> <virtual IP of the pool>
"""
import os
import sys
import time

journal, data, pool_pid, database_ip, pool_ip = sys.argv[1:]


def first_line(path):
    try:
        with open(path, encoding="utf-8") as file:
            # The pool ends its number with a zero byte.
            return file.readline().strip().strip("\0")
    except OSError:
        return ""


def runs(path):
    pid = first_line(path)
    return pid.isdigit() and os.path.exists("/proc/%s/exe" % pid) and "Z" not in first_line("/proc/%s/stat" % pid).split(")")[-1][:3]


def look():
    with open("/proc/net/fib_trie", encoding="utf-8") as file:
        carried = {line.split()[-1] for line in file if "|--" in line}
    return {
        "database": runs(os.path.join(data, "postmaster.pid")),
        "pool": runs(pool_pid),
        "standby": os.path.exists(os.path.join(data, "standby.signal")),
        "databaseVip": database_ip in carried,
        "poolVip": pool_ip in carried,
    }


known = {}
with open(journal, "a", encoding="utf-8") as out:
    while True:
        now = int(time.time() * 1000)
        for what, so in look().items():
            if known.get(what) != so:
                known[what] = so
                out.write("%d %s %s\n" % (now, what, "on" if so else "off"))
                out.flush()
        time.sleep(0.03)
