"""Translated copies ("shadows") of our configuration for the original programs, written under /run/kingbase-lab.

<shadow of a data directory>/<name>      the file <data>/<name>, line by line
<shadow of a data directory>/abs/<path>  an included file outside the data directory
Lines of our own come after the last line of the main file only.
"""

import os
import re

from . import layout, licence, settings


def write(path, text, mode=0o600):
    """Atomic: a server reading at this moment sees the old or the new text."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = "%s.%d" % (path, os.getpid())
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.replace(temporary, path)


def lines_of(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.readlines()


class ServerShadow:
    def __init__(self, data, directory=None, keys=None):
        self.data = os.path.abspath(data)
        self.directory = directory or layout.shadow_directory(self.data)
        self.keys = keys or settings.keys_of("kingbase.conf")
        self.seen = {}
        self.failed_over = set()

    def target(self, path):
        path = os.path.abspath(path)
        if path.startswith(self.data + "/"):
            return os.path.join(self.directory, os.path.relpath(path, self.data))
        return os.path.join(self.directory, "abs" + path)

    def include(self, lead, key, value, tail, folder, depth):
        path = os.path.join(folder, settings.unquote(value))
        target = self.target(path)
        if key == "include_dir":
            os.makedirs(target, exist_ok=True)
            wanted = {name for name in os.listdir(path) if name.endswith(".conf") and not name.startswith(".")}
            for stale in set(os.listdir(target)) - wanted:
                os.unlink(os.path.join(target, stale))
            for name in sorted(wanted):
                self.translate(os.path.join(path, name), depth + 1)
        elif os.path.exists(path):
            self.translate(path, depth + 1)
        elif os.path.exists(target):
            os.unlink(target)
        return "%s%s = %s%s\n" % (lead, key, settings.quote(target), tail)

    def translate(self, path, depth=0, append=()):
        """Writes the shadow of one configuration file and of what it includes."""
        if depth > 10:
            raise SystemExit("kingbase: %s: configuration files are included more than 10 levels deep" % path)
        result = []
        for line in lines_of(path):
            parts = settings.split(line)
            if parts and parts[1].lower() in ("include", "include_if_exists", "include_dir"):
                line = self.include(parts[0], parts[1].lower(), parts[3], parts[4], os.path.dirname(path), depth)
            elif parts:
                self.seen[parts[1].lower()] = settings.unquote(parts[3])
                line = settings.translate_line(line, self.keys)
            result.append(line)
        if append and result and not result[-1].endswith("\n"):
            result.append("\n")
        write(self.target(path), "".join(result) + "".join(line + "\n" for line in append))

    def own_lines(self):
        """What PostgreSQL needs to hear beside the operator's files, and Kingbase's defaults where the files are silent."""
        lines = ["# added by the lab, beyond the last line of the original"]
        for key, default in (("port", "54321"), ("listen_addresses", "'*'"), ("unix_socket_directories", "'/tmp'")):
            if key not in self.seen:
                lines.append("%s = %s" % (key, default))
        lines.append("hba_file = %s" % settings.quote(self.target(self.file("sys_hba.conf", "pg_hba.conf"))))
        lines.append("ident_file = %s" % settings.quote(self.target(self.file("sys_ident.conf", "pg_ident.conf"))))
        expires = licence.find()
        lines.append("kingbase_lab.licence_expires = '%s'" % (expires.text if expires else ""))
        lines.append("kingbase_lab.refresh = %s" % settings.quote(os.path.join(self.directory, "refresh")))
        return lines

    def file(self, kingbase, upstream):
        path = os.path.join(self.data, kingbase)
        return path if os.path.exists(path) else os.path.join(self.data, upstream)

    def build(self):
        """Writes everything; returns the path to give to the server as config_file."""
        main = self.file("kingbase.conf", "postgresql.conf")
        hba = self.file("sys_hba.conf", "pg_hba.conf")
        ident = self.file("sys_ident.conf", "pg_ident.conf")
        write(self.target(hba), "".join(translate_hba_line(line) for line in lines_of(hba)))
        write(self.target(ident), "".join(lines_of(ident)) if os.path.exists(ident) else "")
        refresh = "#!/bin/sh\nexec %s/kingbase --refresh-shadow -D '%s'\n" % (layout.BIN, self.data)
        write(os.path.join(self.directory, "refresh"), refresh, 0o700)
        # Twice: what to append is known only after every include was read.
        self.translate(main)
        self.translate(main, append=self.own_lines())
        return self.target(main)


METHODS = re.compile(r"\b(scram-sm3|sm3|sm4)\b")


def translate_hba_line(line):
    body, mark, comment = line.partition("#")
    return METHODS.sub(lambda m: settings.convert("authenticationMethod", m.group(1)), body) + mark + comment


REPMGR_ADDITIONS = "# added by the lab, beyond the last line of the original"


def repmgr_lines(path, keys=None, prefix=None):
    """repmgr.conf in upstream's words, then what the fork has built in."""
    keys = keys or settings.keys_of("repmgr.conf")
    lib = os.path.join(prefix or layout.PREFIX, "lib", "kingbase-lab")
    bin_directory = os.path.join(prefix or layout.PREFIX, "bin")
    result, seen = [], {}
    for line in lines_of(path):
        parts = settings.split(line)
        if parts:
            key = parts[1].lower()
            seen[key] = settings.unquote(parts[3])
            row = keys.get(key)
            end = "\n" if line.endswith("\n") else ""
            if row and row["state"] == "inert":
                line = "# " + line
            elif row and row["state"] == "emulated":
                line = "# (by the lab's own programs) " + line
            elif row and row["state"] == "translated":
                value = settings.convert(row.get("convert"), seen[key])
                if row.get("convert") == "path":
                    value = os.path.join(lib, "shims")
                line = "%s=%s%s" % (row["to"], settings.quote(value), end)
        result.append(line)
    if result and not result[-1].endswith("\n"):
        result.append("\n")
    result.append(REPMGR_ADDITIONS + "\n")
    added = {
        "use_replication_slots": "yes",
        "repmgr_bindir": bin_directory,
        "pg_bindir": os.path.join(lib, "shims"),
        "failover_validation_command": "%s/validate_failover -f %s" % (lib, os.path.abspath(path)),
    }
    if not seen.get("trusted_servers"):
        del added["failover_validation_command"]
    for key, value in added.items():
        if key not in seen and not (key == "pg_bindir" and "sys_bindir" in seen):
            result.append("%s=%s\n" % (key, settings.quote(value)))
    return "".join(result)


def build_repmgr(path, name="repmgr.conf"):
    target = os.path.join(layout.shadow_directory(path), name)
    write(target, repmgr_lines(path), 0o644)
    return target
