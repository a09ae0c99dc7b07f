"""Commands on other nodes over the configured channel: ssh, or sys_securecmd with use_scmd=on. Bounded, never interactive."""

import os
import pwd
import shlex
import subprocess

from . import labconf, layout


def client(configuration):
    program = os.path.join(layout.BIN, "sys_securecmd") if configuration.get("use_scmd") == "on" else "ssh"
    options = configuration.get("scmd_options") or configuration.get("ssh_options") or "-q -o ConnectTimeout=10"
    return [program] + shlex.split(options) + ["-o", "BatchMode=yes", "-T"]


def run(configuration, host, command, timeout=None):
    """(exit code, output); 255 where the channel itself failed, as with ssh."""
    user = pwd.getpwuid(os.getuid()).pw_name
    try:
        done = subprocess.run(
            client(configuration) + ["-l", user, host, command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout or labconf.number("remote_timeout"),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 255, "no answer from %s within the time limit" % host
    return done.returncode, done.stdout
