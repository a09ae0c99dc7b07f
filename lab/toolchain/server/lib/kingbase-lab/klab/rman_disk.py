"""repo-disk-warn and repo-disk-error of sys_rman.conf: a backup says, or refuses to start, where the repository's file system has less left.

When the fork looks and what it says is not in our sources: before a backup, and in words and with an exit code of the lab's own, here.
"""

import os
import re
import time

UNITS = {"": 1, "B": 1, "KB": 1 << 10, "K": 1 << 10, "MB": 1 << 20, "M": 1 << 20, "GB": 1 << 30, "G": 1 << 30, "TB": 1 << 40, "T": 1 << 40}
FILE_WRITE = 64


def size(text):
    match = re.fullmatch(r"(\d+)\s*([KMGT]?B?)", text.strip(), re.I)
    return int(match.group(1)) * UNITS[match.group(2).upper()] if match else 0


def settings_of(lines):
    """What sys_rman.conf says, whatever the section: {key: value}."""
    matches = (re.match(r"^\s*([a-z0-9-]+)\s*=\s*(.*?)\s*$", line) for line in lines)
    return {match.group(1): match.group(2) for match in matches if match}


def repositories(given):
    """Paths that lie on this host."""
    found = sorted(key for key in given if re.fullmatch(r"repo\d+-path", key))
    return [given[key] for key in found if key.replace("-path", "-host") not in given and given.get(key.replace("-path", "-type"), "posix") == "posix"]


def judge(path, free, given):
    """(level, text) where too little is left, else None; 0 or no key: nothing is asked for."""
    for level, key in (("ERROR", "repo-disk-error"), ("WARN", "repo-disk-warn")):
        least = size(given.get(key, "0"))
        if free < least:
            code = "[%03d]: " % FILE_WRITE if level == "ERROR" else ""
            return level, "%srepository '%s' has %d MB left, less than %s=%d MB" % (code, path, free >> 20, key, least >> 20)
    return None


def check(lines):
    """Lines for the operator, in the form of the log, and whether the backup must not start."""
    given, said, refused = settings_of(lines), [], False
    for path in repositories(given):
        if not os.path.isdir(path):
            continue
        disk = os.statvfs(path)
        found = judge(path, disk.f_bavail * disk.f_frsize, given)
        if found:
            said.append("%s.000 P00 %6s: %s" % (time.strftime("%Y-%m-%d %H:%M:%S"), found[0], found[1]))
            refused = refused or found[0] == "ERROR"
    return said, refused
