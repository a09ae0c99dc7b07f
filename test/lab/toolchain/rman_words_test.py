"""What sys_rman passes on of what the original says: words, log files while it runs, signals and exit codes."""

import os
import subprocess
import sys
import tempfile
import time
import unittest

import support
from klab import rman, rman_disk, rman_words, settings

LIBRARY = os.path.join(support.TOOLCHAIN, "server", "lib", "kingbase-lab")


def running(process):
    try:
        with open("/proc/%d/stat" % process, encoding="utf-8") as file:
            return ") Z " not in file.read()
    except FileNotFoundError:
        return False


class Words(unittest.TestCase):
    def said(self, text, expected, paths=()):
        self.assertEqual(rman_words.fork_words(text, paths), expected)

    def test_the_version_is_that_of_the_fork_in_logs_in_help_and_in_json(self):
        self.said("P00   INFO: archive-push command begin 2.45: [/d/pg_wal/1]", "P00   INFO: archive-push command begin 2.27: [/d/pg_wal/1]")
        self.said("pgBackRest 2.45 - General help", "sys_rman 2.27 - General help")
        self.said('"backrest":{"format":5,"version":"2.45"},"database"', '"backrest":{"format":5,"version":"2.27"},"database"')

    def test_the_version_of_the_database_stays_what_it_is(self):
        self.said('"db":[{"id":1,"version":"15"}]', '"db":[{"id":1,"version":"15"}]')

    def test_errors_read_as_the_fork_prints_them(self):
        self.said("ERROR: [055]: pg_control must be present in all online backups", "ERROR: [055]: sys_control must be present in all online backups")
        self.said("WARN: unable to check pg1: [DbConnectError] x", "WARN: unable to check kb-1: [DbConnectError] x")
        self.said("do not match version '12' and '/d' read from '/d/global/pg_control'", "do not match version '12' and '/d' read from '/d/global/sys_control'")

    def test_options_have_kingbases_names(self):
        self.said("--pg12-host-user=kingbase --pg1-path=/d", "--kb12-host-user=kingbase --kb1-path=/d")

    def test_the_copy_of_the_configuration_is_called_by_the_name_the_operator_knows(self):
        self.said("--config=/run/x/sys_rman.conf", "--config=/repo/sys_rman.conf", [("/run/x/sys_rman.conf", "/repo/sys_rman.conf")])


class Run(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.logs = os.path.join(self.place.name, "log")
        os.mkdir(self.logs)

    def original(self, body):
        """A stand-in for pgBackRest; $log is where it was told to write its logs."""
        path = os.path.join(self.place.name, "original")
        with open(path, "w", encoding="utf-8") as file:
            file.write('#!/bin/bash\nlog=${@: -1}; log=${log#--log-path=}\n' + body)
        os.chmod(path, 0o755)
        return path

    def start(self, body):
        code = "import os, sys; sys.path.insert(0, %r)\nfrom klab import rman_words\nsys.exit(rman_words.end_like(rman_words.run(%r, 'sys_rman', ['backup'], dict(os.environ), %r, [])))" % (
            LIBRARY,
            self.original(body),
            self.logs,
        )
        return subprocess.Popen([sys.executable, "-B", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def log(self):
        path = os.path.join(self.logs, "kingbase-backup.log")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()

    def waits_for(self, text):
        for _ in range(600):
            if text in self.log():
                return True
            time.sleep(0.05)
        return False

    def test_output_error_and_exit_code_are_passed_on(self):
        run = self.start("echo pg_control; echo 'pgBackRest 2.45' >&2; exit 55")
        out, err = run.communicate(timeout=20)
        self.assertEqual((out, err, run.returncode), ("sys_control\n", "sys_rman 2.27\n", 55))

    def test_the_log_can_be_read_while_the_original_still_runs(self):
        run = self.start("echo 'backup command begin 2.45: x' >>$log/kingbase-backup.log; exec sleep 30")
        self.assertTrue(self.waits_for("backup command begin 2.27:"), self.log())
        run.terminate()
        run.communicate(timeout=20)
        self.assertEqual(run.returncode, -15)

    def test_a_second_run_is_added_after_an_empty_line(self):
        for number in (1, 2):
            self.start("echo run%d >>$log/kingbase-backup.log" % number).communicate(timeout=20)
        self.assertEqual(self.log(), "run1\n\nrun2\n")

    def test_an_original_that_was_killed_looks_so_to_the_caller_and_its_log_is_kept(self):
        run = self.start("printf 'half a line' >>$log/kingbase-backup.log; kill -KILL $$")
        run.communicate(timeout=20)
        self.assertEqual((run.returncode, self.log()), (-9, "half a line"))

    def test_the_original_does_not_outlive_us(self):
        run = self.start("echo $$ >>$log/kingbase-backup.log; exec sleep 30")
        self.assertTrue(self.waits_for("\n"))
        original = int(self.log())
        run.kill()
        run.communicate(timeout=20)
        for _ in range(600):
            if not running(original):
                return
            time.sleep(0.05)
        self.fail("process %d still runs" % original)

    def test_a_reader_that_stops_early_does_not_hold_the_run_up(self):
        run = self.start("for i in $(seq 20000); do echo line $i; done; echo end >>$log/kingbase-backup.log")
        run.stdout.readline()
        run.stdout.close()
        run.stderr.close()
        self.assertEqual(run.wait(timeout=30), 0)
        self.assertEqual(self.log(), "end\n")


class Restored(unittest.TestCase):
    def test_restore_command_names_nothing_that_is_gone_after_the_run(self):
        written = (
            "# Recovery settings generated by pgBackRest restore on 2026-11-21\n"
            "restore_command = '/p/bin/sys_rman --config=/run/kingbase-lab/x/sys_rman.conf --log-path=/tmp/sys_rman-log-a_b1 --stanza=kingbase archive-get %f \"%p\"'\n"
        )
        self.assertEqual(
            rman.restored_settings(written, "/run/kingbase-lab/x/sys_rman.conf", "/repo/sys_rman.conf"),
            "# Recovery settings generated by sys_rman restore on 2026-11-21\n"
            "restore_command = '/p/bin/sys_rman --config=/repo/sys_rman.conf --stanza=kingbase archive-get %f \"%p\"'\n",
        )


class LogPath(unittest.TestCase):
    LINES = ["[kingbase]\n", "pg1-path=/d\n", "[global]\n", "log-path=/all\n"]

    def test_logs_go_where_the_configuration_says(self):
        self.assertEqual(rman.log_path_of(["--stanza=kingbase", "backup"], self.LINES), "/all")

    def test_the_stanzas_own_directory_comes_first(self):
        self.assertEqual(rman.log_path_of(["--stanza=kingbase"], self.LINES + ["[kingbase]\n", "log-path=/own\n"]), "/own")

    def test_a_directory_on_the_command_line_is_left_to_the_original(self):
        self.assertIsNone(rman.log_path_of(["--log-path=/x", "--stanza=kingbase"], self.LINES))


class Options(unittest.TestCase):
    def setUp(self):
        known = settings.keys_of("sys_rman.conf", settings.load_keys(os.path.join(support.TOOLCHAIN, "keys.json")))
        before, settings.keys_of = settings.keys_of, lambda file: known
        self.addCleanup(setattr, settings, "keys_of", before)

    def test_options_are_renamed_also_where_they_are_taken_back(self):
        words, _ = rman.arguments_for_pgbackrest(["--kb1-path=/d", "--reset-kb1-host", "--no-delta", "--repo-disk-warn=1MB", "restore"])
        self.assertEqual(words, ["--pg1-path=/d", "--reset-pg1-host", "--no-delta", "restore"])


class Disk(unittest.TestCase):
    MB = 1 << 20
    GIVEN = {"repo1-path": "/repo", "repo-disk-warn": "16384MB", "repo-disk-error": "1024MB"}

    def test_enough_disk_is_not_mentioned(self):
        self.assertIsNone(rman_disk.judge("/repo", 16384 * self.MB, self.GIVEN))

    def test_little_disk_is_a_warning_and_too_little_an_error(self):
        self.assertEqual(rman_disk.judge("/repo", 16383 * self.MB, self.GIVEN), ("WARN", "repository '/repo' has 16383 MB left, less than repo-disk-warn=16384 MB"))
        self.assertEqual(rman_disk.judge("/repo", 1023 * self.MB, self.GIVEN), ("ERROR", "[064]: repository '/repo' has 1023 MB left, less than repo-disk-error=1024 MB"))

    def test_without_the_keys_nothing_is_asked_for(self):
        self.assertIsNone(rman_disk.judge("/repo", 0, {"repo1-path": "/repo"}))

    def test_only_repositories_on_this_host_are_looked_at(self):
        given = {"repo1-path": "/a", "repo1-host": "10.0.0.1", "repo2-path": "/b", "repo3-path": "/c", "repo3-type": "s3"}
        self.assertEqual(rman_disk.repositories(given), ["/b"])

    def test_the_keys_are_kept_from_the_original_which_does_not_know_them(self):
        keys = settings.keys_of("sys_rman.conf", settings.load_keys(os.path.join(support.TOOLCHAIN, "keys.json")))
        text = rman.translate(["[global]\n", "repo-disk-warn=1MB\n", "repo-disk-error=1MB\n"], keys, "/repo/sys_rman.conf")
        self.assertEqual(text.splitlines()[:3], ["[global]", "# repo-disk-warn=1MB", "# repo-disk-error=1MB"])


if __name__ == "__main__":
    unittest.main()
