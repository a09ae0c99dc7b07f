"""recovery.conf of V8R3 (PostgreSQL 9.6's) in the words of PostgreSQL 15."""

import base64
import os
import re
import shlex

WORDS = {
    "archive_cleanup_command", "primary_conninfo", "primary_slot_name", "recovery_end_command", "recovery_min_apply_delay", "recovery_target", "recovery_target_action",
    "recovery_target_inclusive", "recovery_target_name", "recovery_target_time", "recovery_target_timeline", "recovery_target_xid", "restore_command", "standby_mode", "trigger_file",
}
SETTING = re.compile(r"^\s*([a-z_]+)\s*=\s*'((?:[^']|'')*)'")


def read(text):
    return {match.group(1): match.group(2).replace("''", "'") for match in map(SETTING.match, text.splitlines()) if match}


def shell(value):
    return shlex.quote(value)


def conninfo(text):
    """(without its password, the password): V8R3 keeps it in base64."""
    password = re.search(r"\bpassword=(\S+)", text)
    plain = base64.b64decode(password.group(1)).decode().strip() if password else ""
    return re.sub(r"\s*\bpassword=\S+", "", text).strip(), plain


def settings_of(text, passfile):
    """(settings of the server, password of primary_conninfo)."""
    found = read(text)
    target, password = conninfo(found.get("primary_conninfo", ""))
    settings = {"primary_conninfo": "%s passfile=%s" % (target, passfile)}
    for key in ("primary_slot_name", "recovery_target_timeline"):
        if found.get(key):
            settings[key] = found[key]
    return settings, password


def prepare(data):
    """Lays or takes away standby.signal; the settings to start with."""
    conf, signal = os.path.join(data, "recovery.conf"), os.path.join(data, "standby.signal")
    if not os.path.exists(conf):
        if os.path.exists(signal):
            os.unlink(signal)
        return {}
    passfile = os.path.join(data, "recovery.pass")
    with open(conf, encoding="utf-8") as file:
        text = file.read()
    for word in read(text):
        if word not in WORDS:
            # As PostgreSQL 9.6 does.
            raise SystemExit('FATAL:  unrecognized recovery parameter "%s"' % word)
    settings, password = settings_of(text, passfile)
    descriptor = os.open(passfile, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("*:*:*:*:%s\n" % password.replace("\\", "\\\\").replace(":", "\\:"))
    with open(signal, "w", encoding="utf-8"):
        pass
    return settings


def promoted(data):
    conf = os.path.join(data, "recovery.conf")
    if os.path.exists(conf):
        os.replace(conf, os.path.join(data, "recovery.done"))
