"""Log lines in the form of hamgr.log and kbha.log: `[2021-03-01 13:19:24] [NOTICE] [thread pid: 12] text`, then [DETAIL] and [HINT] lines."""

import datetime
import os
import sys


class Log:
    def __init__(self, path=None):
        self.path = path
        self.said = {}

    def line(self, level, text):
        stamp = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S")
        thread = "" if level in ("DETAIL", "HINT") or self.path is None else " [thread pid: %d]" % os.getpid()
        return "[%s] [%s]%s %s\n" % (stamp, level, thread, text)

    def write(self, level, text, detail=None, hint=None):
        lines = self.line(level, text)
        if detail:
            lines += self.line("DETAIL", detail)
        if hint:
            lines += self.line("HINT", hint)
        if self.path is None:
            sys.stderr.write(lines)
            return
        try:
            with open(self.path, "a", encoding="utf-8", errors="replace") as file:
                file.write(lines)
        except OSError:
            pass  # a full disk must not stop the watcher

    def info(self, text, detail=None, hint=None):
        self.write("INFO", text, detail, hint)

    def notice(self, text, detail=None, hint=None):
        self.write("NOTICE", text, detail, hint)

    def warning(self, text, detail=None, hint=None):
        self.write("WARNING", text, detail, hint)

    def error(self, text, detail=None, hint=None):
        self.write("ERROR", text, detail, hint)

    def once(self, topic, level, text, detail=None):
        """A state that lasts is said when it begins, not every round; over(topic) ends it."""
        if self.said.get(topic) != text:
            self.said[topic] = text
            self.write(level, text, detail)

    def over(self, topic):
        self.said.pop(topic, None)
