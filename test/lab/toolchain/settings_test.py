"""The line grammar, the conversions of keys.json, the layout of the translated copies, LSN_Lag, the licence, sys_rman's words."""

import datetime
import os
import sys
import tempfile
import unittest

import support
from klab import cluster, licence, monitor, repmgr_cli, rman, settings, shadow, statements

KEYS = settings.load_keys(os.path.join(support.TOOLCHAIN, "keys.json"))
SERVER = settings.keys_of("kingbase.conf", KEYS)


class Statements(unittest.TestCase):
    def test_of_ksql_name_the_limit_on_idle_sessions_as_the_server_does(self):
        for statement, wanted in (
            ("ALTER ROLE esrep SET client_idle_timeout = 0", "ALTER ROLE esrep SET idle_session_timeout = 0"),
            ("alter role a set client_idle_timeout to '60'", "alter role a set idle_session_timeout to '60s'"),
            ("ALTER ROLE esrep RESET client_idle_timeout", "ALTER ROLE esrep RESET idle_session_timeout"),
            ("select 'client_idle_timeout'", "select 'client_idle_timeout'"),
        ):
            for option in ("-c", "-Atqc", "--command"):
                self.assertEqual(statements.translated_words(["-d", "test", option, statement]), ["-d", "test", option, wanted])
        self.assertEqual(statements.translated_words(["-f", "set client_idle_timeout = 0"]), ["-f", "set client_idle_timeout = 0"])


class Lines(unittest.TestCase):
    def test_reads_what_both_files_allow(self):
        for line, key, value in (
            ("port=54321", "port", "54321"),
            ("port = 54321   # a comment", "port", "54321"),
            ("archive_command = 'test ! -f /a/%f && cp %p /a/%f' # x", "archive_command", "test ! -f /a/%f && cp %p /a/%f"),
            ("name = 'it''s'", "name", "it's"),
            ("name = 'it\\'s'", "name", "it's"),
            ("  wal_level replica", "wal_level", "replica"),
            ("empty = ''", "empty", ""),
            ("auto_bmr.enable_auto_bmr = on", "auto_bmr.enable_auto_bmr", "on"),
        ):
            parts = settings.split(line + "\n")
            self.assertEqual((parts[1], settings.unquote(parts[3])), (key, value), line)

    def test_leaves_comments_and_blank_lines_alone(self):
        for line in ("", "# port = 1", "   ", "#"):
            self.assertIsNone(settings.split(line))

    def test_quotes_back_what_it_unquotes(self):
        for text in ("", "it's", "a\\b", "100%", "名", "a 'b' c"):
            self.assertEqual(settings.unquote(settings.quote(text)), text)

    def test_translates_by_the_table(self):
        for line, expected in (
            ("wal_keep_segments=512\n", "wal_keep_size = '8192MB'\n"),
            ("client_idle_timeout = 30 # s\n", "idle_session_timeout = '30s' # s\n"),
            ("control_file_copy='/a;/b'\n", "kingbase_inert.control_file_copy = '/a;/b'\n"),
            ("shared_preload_libraries = 'repmgr,synonym, plsql, sys_stat_statements'\n", "shared_preload_libraries = 'repmgr, pg_stat_statements'\n"),
            ("work_mem = 4MB\n", "work_mem = 4MB\n"),
            ("archive_command = '/p/bin/sys_rman archive-push %p'\n", "archive_command = '/p/bin/sys_rman archive-push %p'\n"),
            ("archive_command = 'exit 0'\n", "archive_command = 'exit 0'\n"),
            ("# wal_keep_segments=512\n", "# wal_keep_segments=512\n"),
        ):
            self.assertEqual(settings.translate_line(line, SERVER), expected)

    def test_translates_authentication_methods_outside_comments(self):
        self.assertEqual(shadow.translate_hba_line("host all all ::0/0 scram-sm3 # sm4\n"), "host all all ::0/0 scram-sha-256 # sm4\n")


class Table(unittest.TestCase):
    def test_has_each_key_once_with_a_known_state(self):
        seen = set()
        for row in KEYS:
            self.assertIn(row["state"], ("effective", "translated", "inert", "emulated"))
            self.assertNotIn((row["file"], row["key"]), seen)
            seen.add((row["file"], row["key"]))
            self.assertEqual(row["state"] == "translated", "to" in row, row)

    def test_names_only_conversions_that_exist(self):
        for row in KEYS:
            sample = "1" if row.get("convert") in ("segmentsToMegabytes", "secondsToSeconds") else "x"
            settings.convert(row.get("convert"), sample)


class ServerCopies(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.data = os.path.join(self.scratch.name, "data")
        self.copies = os.path.join(self.scratch.name, "copies")
        os.makedirs(os.path.join(self.data, "conf.d"))
        self.write("data/kingbase.conf", "# one\nwal_keep_segments = 2\ninclude_if_exists = 'es_rep.conf'\ninclude_dir 'conf.d'\ninclude '%s/outside.conf'" % self.scratch.name)
        self.write("data/es_rep.conf", "\n\nport=54322\n")
        self.write("data/conf.d/10.conf", "work_mem=1MB\n")
        self.write("outside.conf", "control_file_copy='/x'\n")
        self.write("data/sys_hba.conf", "local all all sm4\n")
        self.write("data/sys_ident.conf", "")
        self.built = shadow.ServerShadow(self.data, self.copies, SERVER)
        self.main = self.built.build()

    def tearDown(self):
        self.scratch.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.scratch.name, name), "w", encoding="utf-8") as file:
            file.write(text)

    def copy(self, name):
        return "".join(shadow.lines_of(os.path.join(self.copies, name)))

    def test_keeps_every_line_at_its_number(self):
        lines = self.copy("kingbase.conf").splitlines()
        self.assertEqual(lines[:3], ["# one", "wal_keep_size = '32MB'", "include_if_exists = '%s/es_rep.conf'" % self.copies])
        self.assertEqual(self.copy("es_rep.conf").splitlines()[2], "port=54322")
        self.assertEqual(self.copy("conf.d/10.conf"), "work_mem=1MB\n")
        self.assertEqual(self.copy("abs%s/outside.conf" % self.scratch.name), "kingbase_inert.control_file_copy = '/x'\n")

    def test_adds_its_own_lines_after_the_last_one_only(self):
        lines = self.copy("kingbase.conf").splitlines()
        self.assertTrue(lines[5].startswith("# added by the lab"))
        self.assertIn("hba_file = '%s/sys_hba.conf'" % self.copies, lines)
        self.assertIn("listen_addresses = '*'", lines)
        self.assertNotIn("port = 54321", lines)

    def test_translates_the_access_file(self):
        self.assertEqual(self.copy("sys_hba.conf"), "local all all md5\n")

    def test_forgets_an_include_that_is_gone(self):
        os.unlink(os.path.join(self.data, "es_rep.conf"))
        os.unlink(os.path.join(self.data, "conf.d", "10.conf"))
        shadow.ServerShadow(self.data, self.copies, SERVER).build()
        self.assertFalse(os.path.exists(os.path.join(self.copies, "es_rep.conf")))
        self.assertEqual(os.listdir(os.path.join(self.copies, "conf.d")), [])

    def test_leaves_the_data_directory_as_it_was(self):
        self.assertEqual(sorted(os.listdir(self.data)), ["conf.d", "es_rep.conf", "kingbase.conf", "sys_hba.conf", "sys_ident.conf"])


SHOW = """ ID | Name  | Role    | Status    | Upstream | Location | Priority | Timeline | Connection string
----+-------+---------+-----------+----------+----------+----------+----------+--------------------
 1  | node1 | primary | * running |          | default  | 100      | 1        | host=a
 2  | node2 | standby |   running | node1    | default  | 100      | 1        | host=b

WARNING: following issues were detected
  - x | y
"""


class ClusterShow(unittest.TestCase):
    def test_puts_the_lag_after_the_timeline_and_keeps_the_rest(self):
        lines = repmgr_cli.add_lag_column(SHOW, {"node2": "0 bytes"}).splitlines()
        self.assertEqual(lines[0].split("|")[8], " LSN_Lag ")
        self.assertEqual(lines[1].split("+")[8], "---------")
        self.assertEqual(lines[2].split("|")[8], "         ")
        self.assertEqual(lines[3].split("|")[8:], [" 0 bytes ", " host=b"])
        self.assertEqual(lines[4:], SHOW.splitlines()[4:])

    def test_leaves_other_output_alone(self):
        self.assertEqual(repmgr_cli.add_lag_column("ERROR: x\n", {}), "ERROR: x\n")


class CommandLine(unittest.TestCase):
    def test_reads_kingbase_words_in_any_order(self):
        request = repmgr_cli.Request(["-h", "10.0.0.1", "-U", "esrep", "-d", "esrep", "node", "rejoin", "--force-rewind", "--no-check-wal", "--sysdata=/d", "-f", "/none/repmgr.conf"])
        self.assertEqual(request.positional, ["node", "rejoin"])
        self.assertTrue(request.no_check_wal and request.has("--force-rewind"))
        self.assertEqual(request.words, ["-h", "10.0.0.1", "-U", "esrep", "-d", "esrep", "node", "rejoin", "--force-rewind", "--pgdata=/d"])
        self.assertEqual((request.value("-h", "--host"), request.conf), ("10.0.0.1", "/none/repmgr.conf"))

    def test_splits_a_conninfo(self):
        self.assertEqual(cluster.conninfo_values("host=a user='x y' port=1"), {"host": "a", "user": "x y", "port": "1"})


class Licence(unittest.TestCase):
    TODAY = datetime.date(2026, 11, 21)

    def refusal(self, text, beside=False):
        with tempfile.TemporaryDirectory() as root:
            bin_directory = os.path.join(root, "kingbase", "bin")
            os.makedirs(bin_directory)
            if text is not None:
                with open(os.path.join(root if beside else bin_directory, "license.dat"), "w", encoding="utf-8") as file:
                    file.write(text)
            return licence.refusal(bin_directory, self.TODAY)

    def test_accepts_a_date_not_past_and_never(self):
        for text in ("expires=2026-11-21\n", "# x\nproduct=y\nexpires = never\n"):
            self.assertIsNone(self.refusal(text))
        self.assertIsNone(self.refusal("expires=2027-01-01\n", beside=True))

    def test_refuses_expired_missing_and_unreadable_ones(self):
        self.assertIn("license expired on 2026-11-20", self.refusal("expires=2026-11-20\n"))
        self.assertIn("License file is not found", self.refusal(None))
        self.assertIn("invalid license", self.refusal("expires=soon\n"))
        self.assertIn("invalid license", self.refusal("product=x\n"))


class Rman(unittest.TestCase):
    def test_translates_long_options(self):
        keys = settings.keys_of("sys_rman.conf", KEYS)
        for key, expected in (("kb1-path", "pg1-path"), ("kb2-host", "pg2-host"), ("kb-database", "pg1-database"), ("stanza", "stanza"), ("band-width", "band-width")):
            self.assertEqual(rman.translate_key(key, keys)[0], expected)


class Cron(unittest.TestCase):
    LINE = "*/1 * * * * kingbase  . /etc/profile;/b/kbha -A daemon -f /e/repmgr.conf\n"

    def test_comments_the_line_of_kbha_out_and_in(self):
        off = monitor.toggled("# other\n" + self.LINE, False)
        self.assertEqual(off, "# other\n#" + self.LINE)
        self.assertEqual(monitor.toggled(off, True), "# other\n" + self.LINE)
        self.assertIsNone(monitor.toggled("# other\n", True))


if __name__ == "__main__":
    sys.exit(unittest.main())
