"""Cluster settings: which there are, what SET accepts (KWDB checks next to nothing), and how SHOW prints them."""

import os
import re

from .errors import SqlError

WAL_LEVEL = "ts.wal.wal_level"
INTERVAL = "ts.wal.checkpoint_interval"
COMBINE = "ts.raftlog_combine_wal.enabled"
ATOMICITY = "ts.txn.atomicity.enabled"
NOT_EXPORTED = ("cluster.secret", "diagnostics.reporting.enabled", "version")
TYPE_NAMES = {"i": "int", "d": "interval", "b": "bool", "f": "float", "s": "string", "z": "string", "e": "any"}
UNITS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600,
}  # fmt: skip
LONG_UNITS = {"d": "day", "day": "day", "days": "day", "mon": "mon", "mons": "mon", "month": "mon", "months": "mon", "y": "year", "year": "year", "w": "week"}


class Setting:
    def __init__(self, name, default, kind, public, description):
        self.name, self.kind, self.public, self.description = name, kind, public, description
        # Durations are kept in seconds.
        self.default = go_duration_seconds(default) if kind == "d" else "" if default == '""' else default


def load():
    with open(os.path.join(os.path.dirname(__file__), "settings.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {row[0]: Setting(*row) for row in rows[1:] if len(row) == 5}



def find(name):
    setting = SETTINGS.get(name.lower())
    if setting is None:
        raise SqlError("unknown cluster setting '%s'" % name.lower())
    return setting


def parse_value(setting, token, negative=False):
    """What SET would keep, as text (durations: seconds). The server's own type rules, and no range checks: KWDB has none for the WAL."""
    given = literal_type(token)
    wanted = TYPE_NAMES[setting.kind]
    written = ("-" if negative else "") + token.value
    refusal = SqlError("argument of SET CLUSTER SETTING %s must be type %s, not type %s" % (setting.name, wanted, given), "42804")
    if setting.kind == "i":
        if given not in ("int", "string"):
            raise refusal
        return parse_int(written)
    if setting.kind == "d":
        if given != "string":
            raise refusal
        return repr(interval_seconds(written))
    if setting.kind == "b":
        if written.lower() not in ("true", "false", "on", "off", "t", "f"):
            raise SqlError('could not parse "%s" as type bool: invalid bool value' % written, "22P02") if given == "string" else refusal
        return "true" if written.lower() in ("true", "on", "t") else "false"
    if setting.kind in "sz" and given != "string":
        raise refusal
    return written


def literal_type(token):
    if token.kind == "number":
        return "int" if token.text.isdigit() else "decimal"
    return "bool" if token.kind == "word" and token.upper in ("TRUE", "FALSE") else "string"


def parse_int(written):
    try:
        return str(int(written.strip()))
    except ValueError:
        raise SqlError('could not parse "%s" as type int: strconv.ParseInt: parsing "%s": invalid syntax' % (written, written), "22P02") from None


def interval_seconds(written):
    rest, total, found = written.strip(), 0.0, False
    clock = re.fullmatch(r"(-?)(\d+):(\d+)(?::(\d+(?:\.\d+)?))?", rest)
    if clock:
        seconds = int(clock.group(2)) * 3600 + int(clock.group(3)) * 60 + float(clock.group(4) or 0)
        return -seconds if clock.group(1) else seconds
    if re.fullmatch(r"-?\d+(\.\d+)?", rest):
        return float(rest)
    while rest:
        part = re.match(r"(-?\d+(?:\.\d+)?)\s*([A-Za-zµ]+)\s*", rest)
        if part is None:
            at = len(written) - len(rest)
            raise SqlError('could not parse "%s" as type interval: interval: missing unit at position %d: "%s"' % (written, at, written), "22007")
        amount, unit = float(part.group(1)), part.group(2).lower()
        if unit in LONG_UNITS:
            shown = "%d %s%s" % (amount, LONG_UNITS[unit], "" if amount == 1 else "s")
            raise SqlError("cannot use day or month specifiers: '%s'" % shown)
        if unit not in UNITS:
            raise SqlError('could not parse "%s" as type interval: interval: unknown unit "%s" in duration "%s"' % (written, unit, written), "22007")
        total, found, rest = total + amount * UNITS[unit], True, rest[part.end() :]
    if not found:
        raise SqlError('could not parse "%s" as type interval: interval: missing unit at position 0: "%s"' % (written, written), "22007")
    return total


def go_duration_seconds(written):
    return repr(sum(float(amount) * UNITS[unit] for amount, unit in re.findall(r"(-?\d+(?:\.\d+)?)(ns|µs|us|ms|h|m|s)", written)))


def go_duration(seconds):
    """As SHOW ALL CLUSTER SETTINGS prints it: 1m0s."""
    if seconds == 0:
        return "0s"
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    if seconds < 1:
        return "%s%gms" % (sign, seconds * 1000)
    hours, minutes, rest = int(seconds // 3600), int(seconds % 3600 // 60), seconds % 60
    return sign + ("%dh" % hours if hours else "") + ("%dm" % minutes if hours or minutes else "") + "%gs" % rest


def clock(seconds):
    """As SHOW CLUSTER SETTING prints it: 00:01:00."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    fraction = ("%.6f" % (seconds % 1)).rstrip("0")[1:].rstrip(".") if seconds % 1 else ""
    return "%s%02d:%02d:%02d%s" % (sign, seconds // 3600, seconds % 3600 // 60, int(seconds % 60), fraction)


def shown(setting, value, whole_list=False):
    if setting.kind != "d":
        return '""' if whole_list and value == "" else value
    return go_duration(float(value)) if whole_list else clock(float(value))


SETTINGS = load()
