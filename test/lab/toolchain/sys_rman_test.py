"""bin/sys_rman: a segment is pushed without Python, with the same words, exit codes and signals as with it."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest

import support

LONG_WAY = "lib/kingbase-lab/sys_rman "
CONF = "[kingbase]\nkb1-path=/data\n[global]\nrepo1-path=/repo\nband-width=0\n"
# Says who started it, what it was told, and what the original would say.
ORIGINAL = """#!/bin/bash
echo "started by $(</proc/$PPID/comm): $(tr '\\0' ' ' </proc/$PPID/cmdline)" >"$SEEN"
printf '%s\\n' "$0" "$@" "PGPORT=$PGPORT PGPASSFILE=$PGPASSFILE" >>"$SEEN"
for word; do case $word in --config=*) conf=${word#*=}; grep . "$conf" >>"$SEEN" ;; esac; done
echo "P00   INFO: archive-push command begin 2.45: [pg_wal/1] --config=$conf --pg1-path=/data"
echo "ERROR: [082]: pg_control of pgBackRest, unable to check pg1: x" >&2
exit "${CODE:-0}"
"""


class SysRman(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # A copy: Python compiles beside what it imports.
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        toolchain = os.path.join(place.name, "toolchain")
        shutil.copytree(support.TOOLCHAIN, toolchain)
        cls.program = os.path.join(toolchain, "server", "bin", "sys_rman")

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.conf = self.write("sys_rman.conf", CONF)
        self.seen = os.path.join(self.place.name, "seen")
        self.original(ORIGINAL)
        self.run_directory = os.path.join(self.place.name, "run")
        os.mkdir(self.run_directory)

    def write(self, name, text):
        path = os.path.join(self.place.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def original(self, text):
        os.chmod(self.write("original", text), 0o755)

    def call(self, *words, **more):
        environment = dict(os.environ, KINGBASE_LAB_RUN=self.run_directory, KINGBASE_LAB_RMAN=os.path.join(self.place.name, "original"), SEEN=self.seen, **more)
        return subprocess.run([self.program, *words], env=environment, capture_output=True, encoding="utf-8", timeout=60)

    def push(self, **more):
        return self.call("--config", self.conf, "--stanza=kingbase", "archive-push", "pg_wal/1", **more)

    def record(self):
        with open(self.seen, encoding="utf-8") as file:
            return file.read()

    def test_the_second_segment_is_pushed_without_python_and_reads_the_same(self):
        first = self.push(CODE="82")
        told = self.record()
        second = self.push(CODE="82")
        self.assertIn(LONG_WAY, told.splitlines()[0])
        self.assertNotIn(LONG_WAY, self.record().splitlines()[0])
        said = lambda run: (run.returncode, run.stdout, run.stderr)
        self.assertEqual(said(second), said(first))
        self.assertEqual(second.returncode, 82)
        self.assertEqual(second.stdout, "P00   INFO: archive-push command begin 2.27: [pg_wal/1] --config=%s --kb1-path=/data\n" % self.conf)
        self.assertEqual(second.stderr, "ERROR: [082]: sys_control of sys_rman, unable to check kb-1: x\n")

        def words(text):
            return [line for line in text.splitlines()[1:] if not line.startswith("--log-path")]

        self.assertEqual(sorted(words(self.record())), sorted(words(told)))
        self.assertIn("pg1-path=/data", told)

    def test_a_changed_configuration_counts_at_once(self):
        self.push()
        self.push()
        self.write("sys_rman.conf", CONF.replace("/data", "/other"))
        os.utime(self.conf, (1, 1))
        self.push()
        self.assertIn("pg1-path=/other", self.record())
        self.assertIn(LONG_WAY, self.record())

    def test_what_it_does_not_know_goes_the_long_way(self):
        for words in (["info"], ["archive-push", "pg_wal/1", "--kb1-path=/d"], ["backup"]):
            self.push()
            self.call("--config=" + self.conf, "--stanza=kingbase", *words)
            self.assertIn(LONG_WAY, self.record().splitlines()[0], words)

    def test_the_long_way_is_called_sys_rman_too(self):
        self.call("--config=" + self.conf, "--stanza=kingbase", "backup")
        self.assertIn("started by sys_rman: ", self.record().splitlines()[0])

    def test_the_process_that_pushes_ahead_takes_the_short_way_too(self):
        self.write("sys_rman.conf", CONF + "archive-async=y\n")
        self.push()
        self.push()
        self.assertNotIn(LONG_WAY, self.record().splitlines()[0])
        self.call("--config=" + self.conf, "--exec-id=1-2", "--log-level-file=info", "--pg1-path=/d", "--stanza=kingbase", "archive-push:async", "/d/pg_wal")
        told = self.record()
        self.assertNotIn(LONG_WAY, told.splitlines()[0])
        self.assertIn("\n--pg1-path=/d\n--stanza=kingbase\narchive-push:async\n/d/pg_wal\n", told)

    def test_the_far_end_gets_its_words_as_they_are_with_the_copy_of_its_own_configuration(self):
        self.push()
        run = self.call("--config=" + self.conf, "--exec-id=1-2", "--log-level-file=off", "--pg1-path=/d", "--stanza=kingbase", "archive-push:remote")
        told = self.record()
        self.assertNotIn(LONG_WAY, told.splitlines()[0])
        self.assertIn("\n--exec-id=1-2\n--log-level-file=off\n--pg1-path=/d\n--stanza=kingbase\narchive-push:remote\n", told)
        self.assertIn("\n--config=%s/" % self.run_directory, told)
        self.assertIn("2.45", run.stdout)

    def test_a_copy_that_the_original_hands_on_stands_for_its_file(self):
        self.push()
        copy = next(line for line in self.record().splitlines() if line.startswith("--config=")).split("=", 1)[1]
        self.call("--config=" + copy, "--stanza=kingbase", "archive-get:local")
        self.assertNotIn(LONG_WAY, self.record().splitlines()[0])
        self.assertIn("\n--config=%s\n" % copy, self.record())

    def test_a_signal_reaches_the_original_and_ends_it_likewise(self):
        self.push()
        self.original("#!/bin/bash\nkill -TERM $$\n")
        self.assertEqual(self.push().returncode, -signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
