"""backup-from=single-pro: when a standby is given the primary, and in which words."""

import unittest

import support  # noqa: F401 (finds klab)
from klab import rman_single_pro

CONF = ["[kingbase]\n", "kb1-path=/kbdata/data\n", "kb1-port=54321\n", "kb1-user=esrep\n", "[global]\n", "backup-from=single-pro\n"]
PRIMARY = {"host": "10.0.0.12", "port": "54329", "dbname": "esrep"}


class SinglePro(unittest.TestCase):
    def test_concerns_what_talks_to_the_database_and_nothing_else(self):
        self.assertTrue(all(rman_single_pro.wanted(["--type=incr", command], CONF) for command in ("backup", "check", "stanza-create")))
        self.assertFalse(any(rman_single_pro.wanted([command], CONF) for command in ("archive-push", "archive-get", "info", "restore", "expire")))

    def test_leaves_a_repository_of_the_cluster_alone(self):
        self.assertFalse(rman_single_pro.wanted(["backup"], [line.replace("single-pro", "cluster") for line in CONF]))
        self.assertFalse(rman_single_pro.wanted(["backup"], CONF[:-1]))

    def test_gives_the_primary_as_the_second_database_and_copies_from_here(self):
        words = rman_single_pro.extra_words(["--type=incr", "backup"], CONF, "/repo/sys_rman.conf", PRIMARY)
        for word in ("--pg2-host=10.0.0.12", "--pg2-port=54329", "--pg2-path=/kbdata/data", "--pg2-user=esrep", "--pg2-database=test", "--pg2-host-config=/repo/sys_rman.conf", "--backup-standby"):
            self.assertIn(word, words)

    def test_copies_nothing_where_no_backup_is_made(self):
        self.assertNotIn("--backup-standby", rman_single_pro.extra_words(["check"], CONF, "/repo/sys_rman.conf", PRIMARY))


if __name__ == "__main__":
    unittest.main()
