"""What the fork asks of a database host before a backup: RemoveIPC, semaphores and shared memory. The text is the vendor's as far as it is known
(its end); the limits are PostgreSQL's own needs, because the vendor's are not in our sources.
"""

import glob
import os
import re

from . import settings

NOT_VARILABLE = "ERROR: system parameters not varilable"
FAILED = 31
PAGE = 4096
BLOCK = 8192
UNITS = {"": BLOCK, "B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}


def remove_ipc(root="/"):
    """systemd's effective RemoveIPC: yes where nothing is said; None on a host without systemd-logind."""
    main = os.path.join(root, "etc/systemd/logind.conf")
    parts = {}
    for folder in ("usr/lib", "run", "etc"):
        for path in glob.glob(os.path.join(root, folder, "systemd/logind.conf.d/*.conf")):
            parts[os.path.basename(path)] = path
    files = [path for path in [main] + [parts[name] for name in sorted(parts)] if os.path.exists(path)]
    if not files:
        return None
    value = "yes"
    for path in files:
        with open(path, encoding="utf-8", errors="replace") as file:
            value = (re.findall(r"^\s*RemoveIPC\s*=\s*(\S*)", file.read(), re.M) or [value])[-1] or "yes"
    return value.lower() in ("yes", "true", "on", "1", "y")


def kernel(key, root="/"):
    with open(os.path.join(root, "proc/sys/kernel", key), encoding="utf-8") as file:
        return [int(word) for word in file.read().split()]


def database_settings(data):
    found = {}
    for name in ("kingbase.conf", "es_rep.conf", "kingbase.auto.conf", "postgresql.auto.conf"):
        path = os.path.join(data, name)
        if os.path.exists(path):
            found.update(settings.read(path))
    return found


def size(text):
    match = re.fullmatch(r"(\d+)\s*([kMGT]?B?)", text.strip())
    return int(match.group(1)) * UNITS.get(match.group(2), BLOCK) if match else 0


def semaphore_sets(given):
    processes = sum(int(given.get(key, default)) for key, default in (("max_connections", 100), ("autovacuum_max_workers", 3), ("max_wal_senders", 10), ("max_worker_processes", 8)))
    return -(-(processes + 5) // 16)


def lacking(data, root="/"):
    """Names of what does not suffice."""
    given, found = database_settings(data), []
    if remove_ipc(root):
        found.append("RemoveIPC")
    per_set, all_sets, _, sets = kernel("sem", root)
    needed = semaphore_sets(given)
    if per_set < 17 or sets < needed or all_sets < needed * 17:
        found.append("kernel.sem")
    buffers = size(given.get("shared_buffers", "128MB"))
    if kernel("shmmax", root)[0] < buffers:
        found.append("kernel.shmmax")
    if kernel("shmall", root)[0] * PAGE < buffers:
        found.append("kernel.shmall")
    return found


def databases_here(words, lines):
    """Data directories on this host that a backup reads: of a remote's own words, or of sys_rman.conf in pgBackRest's words (kbN without a host)."""
    if any(word.endswith(":remote") for word in words):
        return [word.split("=", 1)[1] for word in words if re.match(r"--pg\d+-path=", word)][:1]
    found = {match.group(1, 2): match.group(3) for match in (re.match(r"^pg(\d+)-(path|host)=(.*)$", line.rstrip()) for line in lines) if match}
    return [value for (number, key), value in found.items() if key == "path" and (number, "host") not in found]
