"""Prints a file of the node in the words of the original: translate.py <server|repmgr|rman|hba> <file>; for the golden files."""

import os
import sys

import support
from klab import rman, settings, shadow

kind, path = sys.argv[1:]
keys = settings.load_keys(os.path.join(support.TOOLCHAIN, "keys.json"))
with open(path, encoding="utf-8") as file:
    lines = file.readlines()
if kind == "server":
    sys.stdout.write("".join(settings.translate_line(line, settings.keys_of("kingbase.conf", keys)) for line in lines))
elif kind == "hba":
    sys.stdout.write("".join(shadow.translate_hba_line(line) for line in lines))
elif kind == "repmgr":
    text = shadow.repmgr_lines(path, settings.keys_of("repmgr.conf", keys), "/prefix")
    sys.stdout.write(text.replace(os.path.abspath(path), "/prefix/etc/repmgr.conf"))
else:
    text = rman.translate(lines, settings.keys_of("sys_rman.conf", keys), "/repo/sys_rman.conf")
    sys.stdout.write(text.replace(os.path.join(support.TOOLCHAIN, "server"), "/prefix"))
