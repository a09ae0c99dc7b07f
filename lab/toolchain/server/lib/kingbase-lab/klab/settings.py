"""The line grammar shared by kingbase.conf and repmgr.conf, and the table of keys (keys.json).

Translation keeps every line where it is, so that "file, line" of a translated copy is "file, line" of the original.
"""

import json
import os
import re

from . import layout

LINE = re.compile(
    r"""^(?P<lead>\s*)(?P<key>[A-Za-z_][A-Za-z0-9_.\-]*)(?P<between>\s*=\s*|\s+)"""
    r"""(?P<value>'(?:[^'\\]|''|\\.)*'|[^\s#']+)?(?P<tail>\s*(?:\#.*)?)$""",
    re.S,
)


def load_keys(path=None):
    for candidate in (path, os.path.join(layout.LIB, "keys.json"), os.path.join(layout.PREFIX, "..", "keys.json")):
        if candidate and os.path.exists(candidate):
            with open(candidate, encoding="utf-8") as file:
                return json.load(file)
    raise SystemExit("kingbase-lab: keys.json is missing beside %s" % layout.LIB)


def keys_of(file, table=None):
    return {row["key"]: row for row in (table or load_keys()) if row["file"] == file}


def split(line):
    """(lead, key, between, value, tail) of a setting, or None for blank lines, comments and anything unreadable."""
    match = LINE.match(line.rstrip("\n"))
    if not match or match.group("value") is None and match.group("between").strip() != "=":
        return None
    return match.group("lead", "key", "between", "value", "tail")


def unquote(value):
    if value is None:
        return ""
    if len(value) >= 2 and value[0] == "'" and value[-1] == "'":
        return re.sub(r"\\(.)", r"\1", value[1:-1].replace("''", "'"))
    return value


def quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def read(path):
    """Settings of one file as {key: value}; later lines win; includes are not followed."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            parts = split(line)
            if parts:
                found[parts[1].lower()] = unquote(parts[3])
    return found


SEGMENT_MEGABYTES = 16


def convert(how, value):
    """Value conversions named by keys.json in `convert`."""
    if how is None:
        return value
    if how == "segmentsToMegabytes":
        return "%dMB" % (int(value) * SEGMENT_MEGABYTES)
    if how == "secondsToSeconds":
        return value + "s" if value.isdigit() else value
    if how == "kingbaseLibraries":
        kept = []
        for name in (part.strip() for part in value.split(",")):
            name = LIBRARIES.get(name, name if name in KNOWN_LIBRARIES else None)
            if name and name not in kept:
                kept.append(name)
        return ", ".join(kept)
    if how == "mixToPing":
        return "ping" if value == "mix" else value
    if how == "authenticationMethod":
        return {"scram-sm3": "scram-sha-256", "sm3": "md5", "sm4": "md5"}.get(value, value)
    if how == "archiveDirectory":
        return "test ! -f %s/%%f && cp %%p %s/%%f" % (value, value)
    if how == "path":
        return value
    raise ValueError("keys.json names an unknown conversion: %s" % how)


KNOWN_LIBRARIES = ("repmgr", "pg_stat_statements", "auto_explain", "pg_prewarm", "auth_delay", "passwordcheck")
LIBRARIES = {"sys_stat_statements": "pg_stat_statements"}
INERT_PREFIX = "kingbase_inert."


def translate_line(line, keys):
    """One line of kingbase.conf, es_rep.conf or kingbase.auto.conf in the words of PostgreSQL."""
    parts = split(line)
    if not parts:
        return line
    lead, key, between, value, tail = parts
    row = keys.get(key.lower())
    if row is None or row["state"] == "effective":
        return line
    end = "\n" if line.endswith("\n") else ""
    if row["state"] == "inert":
        # A name with a dot is a placeholder PostgreSQL keeps without knowing it: sys_settings can still show it.
        return "%s%s%s = %s%s%s" % (lead, INERT_PREFIX, key, quote(unquote(value)), tail, end)
    text = convert(row.get("convert"), unquote(value))
    return "%s%s = %s%s%s" % (lead, row.get("to", key), quote(text), tail, end)
