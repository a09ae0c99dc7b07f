"""What sys_rman prints and logs, in the fork's words where the sources give them: its version, sys_control, kbN- options, our paths.

The original runs as a child: its output is passed on line by line, and its log files are written below a directory of this run and followed
from there into the real ones, so that they read the same while a backup runs and after it was killed.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

FORK = "2.27"
FOLLOW_SECONDS = 0.2
LOG_PREFIX = "sys_rman-log-"
NUMBERED_KEYS = "path|host|host-user|host-port|host-cmd|host-config|port|user|database|socket-path"
RULES = [
    (re.compile(r"\bpgBackRest 2\.\d\d\b"), "sys_rman " + FORK),
    (re.compile(r"( command begin) 2\.\d\d:"), r"\1 %s:" % FORK),
    (re.compile(r'("backrest":\{"format":\d+,"version":)"2\.\d\d"'), r'\1"%s"' % FORK),
    (re.compile(r"\bpgBackRest\b"), "sys_rman"),
    (re.compile(r"\bpg_control\b"), "sys_control"),
    (re.compile(r"\bmust contain pgbackrest\b"), "must contain sys_rman"),
    (re.compile(r"\bunable to check pg-?(\d+):"), r"unable to check kb-\1:"),
    (re.compile(r"\bpg(\d+)-(%s)\b" % NUMBERED_KEYS), r"kb\1-\2"),
]
# A session that the server closed under a backup is an assertion in the fork.
CUT = re.compile(r"ERROR: \[101\]: .*NULL result required to complete request")
CUT_TEXT = "Assert:[025] 'check cancel !=NULL' failed."
CUT_CODES = (101, 25)
cut_seen = threading.Event()


def fork_words(text, paths=()):
    """`paths`: pairs of (path the original works with, path the operator knows)."""
    for inner, outer in paths:
        text = text.replace(inner, outer)
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    if CUT.search(text):
        cut_seen.set()
        text = CUT.sub(CUT_TEXT, text)
    return text.replace("aborted with exception [%03d]" % CUT_CODES[0], "aborted with exception [%03d]" % CUT_CODES[1]) if cut_seen.is_set() else text


def pass_on(source, target, paths):
    for line in iter(source.readline, b""):
        try:
            target.write(fork_words(line.decode("utf-8", "surrogateescape"), paths).encode("utf-8", "surrogateescape"))
            target.flush()
        except BrokenPipeError:
            # Whoever read us has gone; the run itself must not stall on a full pipe.
            source.read()
            return


class Follower:
    """Copies the log files of one run from `inner` to `outer`, whole lines only until the run is over."""

    def __init__(self, inner, outer, paths):
        self.inner, self.outer, self.paths = inner, outer, paths
        self.done = {}

    def copy(self, final=False):
        for name in sorted(os.listdir(self.inner)):
            with open(os.path.join(self.inner, name), "rb") as file:
                file.seek(self.done.get(name, 0))
                text = file.read()
            if not final:
                text = text[: text.rfind(b"\n") + 1]
            if text:
                self.append(name, text)

    def append(self, name, text):
        words = fork_words(text.decode("utf-8", "surrogateescape"), self.paths)
        with open(os.path.join(self.outer, name), "a", encoding="utf-8", errors="surrogateescape") as file:
            if name not in self.done and file.tell() > 0:
                file.write("\n")
            file.write(words)
        self.done[name] = self.done.get(name, 0) + len(text)

    def until(self, over):
        while not over.wait(FOLLOW_SECONDS):
            self.copy()
        self.copy(final=True)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def spawn(program, title, words, environment, paths, beside=()):
    """Runs the original, `beside` in a thread; its exit code, below zero for a signal. A signal to us is one to it."""
    # Before any thread: what runs between fork and exec must not need a lock that another thread holds.
    child = subprocess.Popen(
        [title] + words, executable=program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=die_with_parent
    )
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda got, frame: child.send_signal(got))
    readers = [
        threading.Thread(target=pass_on, args=(source, target, paths), daemon=True)
        for source, target in ((child.stdout, sys.stdout.buffer), (child.stderr, sys.stderr.buffer))
    ]
    for thread in readers + list(beside):
        thread.start()
    code = child.wait()
    for reader in readers:
        reader.join(5)
    return code


def run(program, title, words, environment, log_path, paths):
    """`log_path`: where the log files belong, or None where the original shall see to them itself."""
    if log_path is None or not os.access(log_path, os.W_OK):
        return spawn(program, title, words, environment, paths)
    inner = tempfile.mkdtemp(prefix=LOG_PREFIX)
    over = threading.Event()
    follower = Follower(inner, log_path, [(inner, log_path)] + list(paths))
    copier = threading.Thread(target=follower.until, args=(over,))
    try:
        return spawn(program, title, words + ["--log-path=" + inner], environment, follower.paths, [copier])
    finally:
        over.set()
        if copier.ident is not None:
            copier.join()
        shutil.rmtree(inner, ignore_errors=True)


def end_like(code):
    """Exit code for the caller, or the signal that ended the original."""
    if code == CUT_CODES[0] and cut_seen.is_set():
        return CUT_CODES[1]
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    return code
