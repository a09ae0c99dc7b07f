"""bin/sys_rman: configuration and options in pgBackRest's words."""

import os
import re
import subprocess
import sys

from . import cluster, layout, settings, shadow

NUMBERED = re.compile(r"^kb(\d+)-")
NOT_COVERED = ("merge",)


def translate_key(key, keys):
    """(pgBackRest's key, state) of a key of sys_rman.conf or of a long option without its dashes."""
    row = keys.get(NUMBERED.sub("kbN-", key))
    if row is None:
        return NUMBERED.sub(r"pg\1-", key), "effective"
    if row["state"] == "inert":
        return key, "inert"
    number = NUMBERED.match(key)
    return row.get("to", key).replace("pgN", "pg" + (number.group(1) if number else "1")), row["state"]


def translate(lines, keys, origin):
    """sys_rman.conf line by line; then, section by section, what Kingbase has as defaults and pgBackRest has not."""
    result, section, given = [], None, {}
    for line in lines:
        text = line.rstrip("\n")
        header = re.match(r"^\s*\[([^\]]+)\]", text)
        setting = re.match(r"^\s*([a-z0-9-]+)\s*=\s*(.*?)\s*$", text)
        if header:
            section = header.group(1)
            given.setdefault(section, {})
        elif setting and section is not None:
            key, state = translate_key(setting.group(1), keys)
            value = setting.group(2)
            if state == "inert":
                text = "# " + text
            else:
                given[section][key] = value
                text = "%s=%s" % (key, value)
        result.append(text)
    return "\n".join(result + defaults(given, origin)) + "\n"


def defaults(given, origin):
    lines = []
    everywhere = given.get("global", {})
    for section, values in given.items():
        numbers = sorted({match.group(1) for match in (re.match(r"^pg(\d+)-path$", key) for key in values) if match})
        own = []
        for number in numbers:
            prefix = "pg%s-" % number
            wanted = {"port": "54321", "user": "system", "database": "test"}
            if prefix + "host" in values:
                wanted.update({"host-cmd": os.path.join(layout.BIN, "sys_rman"), "host-config": origin})
            else:
                wanted["socket-path"] = "/tmp"
            own += ["%s%s=%s" % (prefix, key, value) for key, value in wanted.items() if prefix + key not in values and prefix + key not in everywhere]
        if own:
            lines += ["[%s]" % section] + own
    wanted = {"lock-path": "/tmp/sys_rman", "log-path": os.path.join(layout.PREFIX, "log"), "cmd": os.path.join(layout.BIN, "sys_rman")}
    if "repo1-host" in everywhere:
        wanted.update({"repo1-host-cmd": os.path.join(layout.BIN, "sys_rman"), "repo1-host-config": origin})
    return lines + ["[global]"] + ["%s=%s" % item for item in wanted.items() if item[0] not in everywhere]


def copy_of(path):
    directory = layout.shadow_directory(path)
    target = os.path.join(directory, "sys_rman.conf")
    shadow.write(target, translate(shadow.lines_of(path), settings.keys_of("sys_rman.conf"), os.path.abspath(path)))
    shadow.write(os.path.join(directory, "origin"), os.path.abspath(path) + "\n", 0o644)
    return target


def arguments_for_pgbackrest(arguments):
    """(words, path of the original configuration or None)."""
    keys = settings.keys_of("sys_rman.conf")
    words, conf, position = [], None, 0
    while position < len(arguments):
        word = arguments[position]
        position += 1
        name, mark, value = word.partition("=")
        if name == "--config":
            if not mark and position < len(arguments):
                value = arguments[position]
                position += 1
            conf = cluster.original_path(value)
            if os.path.exists(conf):
                value = copy_of(conf)
            words.append("--config=" + value)
        elif name.startswith("--"):
            key, state = translate_key(name[2:].replace("_", "-"), keys)
            if state != "inert":
                words.append("--" + key + mark + value)
        else:
            words.append(word)
    return words, conf


def put_original_path_back(words, conf):
    """A restore writes restore_command with the path of the copy under /run, which does not survive a reboot."""
    with open(layout.shadow_directory(conf) + "/sys_rman.conf", encoding="utf-8") as file:
        paths = re.findall(r"^pg1-path=(.*)$", file.read(), re.M)
    paths = [word.split("=", 1)[1] for word in words if word.startswith("--pg1-path=")] or paths
    auto = os.path.join(paths[0], "postgresql.auto.conf") if paths else ""
    if os.path.exists(auto):
        text = "".join(shadow.lines_of(auto))
        shadow.write(auto, text.replace(os.path.join(layout.shadow_directory(conf), "sys_rman.conf"), os.path.abspath(conf)))


def main(arguments):
    for command in NOT_COVERED:
        if command in arguments:
            print("ERROR: [032]: the lab's sys_rman does not cover the command %s" % command, file=sys.stderr)
            return 32
    if "--type=page" in arguments:
        print("ERROR: [032]: the lab's sys_rman does not cover page backups", file=sys.stderr)
        return 32
    words, conf = arguments_for_pgbackrest(arguments)
    program = "/usr/bin/pgbackrest"
    if "restore" not in words:
        layout.run(program, program, words)
    code = subprocess.run([program] + words, env=layout.environment(), check=False).returncode
    if code == 0 and conf:
        put_original_path_back(words, conf)
    return code
