"""The virtual IP: bound with <ipaddr_path>/ip, announced with <arping_path>/arping, looked for with <ping_path>/ping."""

import os
import subprocess
import time

from . import layout


def quiet(command, timeout=10):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False)
    except (subprocess.TimeoutExpired, OSError) as problem:
        return 1, str(problem)
    return done.returncode, done.stdout.strip()


def answers(configuration, host):
    """True when `host` answers one ping within a second."""
    return quiet([os.path.join(configuration.get("ping_path"), "ping"), "-n", "-q", "-c", "1", "-W", "1", host], 5)[0] == 0


class VirtualIp:
    def __init__(self, configuration, log):
        self.configuration = configuration
        self.log = log
        self.cidr = configuration.virtual_ip
        self.address = self.cidr.split("/")[0]
        self.device = configuration.get("net_device")
        self.ip = os.path.join(configuration.get("ipaddr_path"), "ip")
        self.arping = os.path.join(configuration.get("arping_path") or layout.BIN, "arping")

    def configured(self):
        return bool(self.cidr) and bool(self.device) and self.device != "null"

    def bound(self):
        code, output = quiet([self.ip, "-o", "addr", "show", "dev", self.device])
        return code == 0 and " %s/" % self.address in output

    def answered_elsewhere(self):
        return not self.bound() and answers(self.configuration, self.address)

    def wait_until_free(self, seconds, nudge=None):
        """True when nobody else answers; `nudge` is called once while somebody still does."""
        deadline = time.monotonic() + seconds
        while self.answered_elsewhere():
            if time.monotonic() > deadline:
                return False
            if nudge:
                nudge()
                nudge = None
            time.sleep(0.5)
        return True

    def load(self):
        if self.bound():
            return True
        code, output = quiet([self.ip, "addr", "add", self.cidr, "dev", self.device, "label", "%s:2" % self.device])
        if code != 0 and not self.bound():
            if "not permitted" in output:
                self.log.error("incorrect command permissions for the virtual ip", "%s: %s" % (self.ip, output))
            else:
                self.log.error('could not load the virtual ip "%s" on "%s"' % (self.cidr, self.device), output)
            return False
        self.announce()
        self.log.notice('the virtual ip "%s" is loaded on "%s"' % (self.cidr, self.device))
        return True

    def announce(self):
        """Gratuitous ARP, so that neighbours forget the old owner. Runs beside us: it takes a second for two packets."""
        command = [self.arping, "-q", "-U", "-c", "2", "-I", self.device, self.address]
        try:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        except OSError as problem:
            self.log.error("incorrect command permissions for the virtual ip", str(problem))

    def unload(self):
        if not self.bound():
            return True
        code, output = quiet([self.ip, "addr", "del", self.cidr, "dev", self.device])
        if code != 0 and self.bound():
            self.log.error('could not unload the virtual ip "%s" from "%s"' % (self.cidr, self.device), output)
            return False
        self.log.notice('the virtual ip "%s" is unloaded from "%s"' % (self.cidr, self.device))
        return True
