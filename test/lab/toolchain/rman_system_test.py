"""What a database host must offer before a backup, and the words of a session that was cut."""

import os
import tempfile
import threading
import unittest

import support
from klab import rman_system, rman_words

assert support
ENOUGH = {"sem": "32000 1024000000 500 32000", "shmmax": "18446744073692774399", "shmall": "18446744073692774399"}


class Hosts(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.data = os.path.join(self.place.name, "data")
        self.write("data/kingbase.conf", "max_connections = 100\nshared_buffers = 128MB\n")
        self.write("data/es_rep.conf", "max_wal_senders=32\nshared_buffers=512MB\n")
        self.write("etc/systemd/logind.conf", "[Login]\n#RemoveIPC=yes\n")
        self.write("etc/systemd/logind.conf.d/60-ours.conf", "[Login]\nRemoveIPC=no\n")
        for key, text in ENOUGH.items():
            self.write("proc/sys/kernel/" + key, text + "\n")

    def write(self, path, text):
        path = os.path.join(self.place.name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def lacking(self):
        return rman_system.lacking(self.data, self.place.name)

    def test_a_host_with_enough_of_everything_lacks_nothing(self):
        self.assertEqual(self.lacking(), [])

    def test_a_later_drop_in_puts_remove_ipc_back(self):
        self.write("etc/systemd/logind.conf.d/99-other.conf", "[Login]\nRemoveIPC=yes\n")
        self.assertEqual(self.lacking(), ["RemoveIPC"])

    def test_systemd_removes_ipc_where_nobody_says_no(self):
        os.remove(os.path.join(self.place.name, "etc/systemd/logind.conf.d/60-ours.conf"))
        self.assertEqual(self.lacking(), ["RemoveIPC"])

    def test_a_host_without_logind_removes_nothing(self):
        os.remove(os.path.join(self.place.name, "etc/systemd/logind.conf.d/60-ours.conf"))
        os.remove(os.path.join(self.place.name, "etc/systemd/logind.conf"))
        self.assertEqual(self.lacking(), [])

    def test_semaphores_follow_the_connections(self):
        # 100 + 3 + 32 + 8 + 5 processes are ten sets of sixteen, with one more semaphore in each.
        for sem, expected in (("17 170 8 10", []), ("17 169 8 10", ["kernel.sem"]), ("17 170 8 9", ["kernel.sem"]), ("16 170 8 10", ["kernel.sem"])):
            self.write("proc/sys/kernel/sem", sem + "\n")
            self.assertEqual(self.lacking(), expected, sem)

    def test_shared_memory_must_hold_shared_buffers_as_the_last_file_says(self):
        for key, value in (("shmmax", 512 << 20), ("shmall", (512 << 20) // 4096)):
            self.write("proc/sys/kernel/" + key, "%d\n" % value)
            self.assertEqual(self.lacking(), [], key)
            self.write("proc/sys/kernel/" + key, "%d\n" % (value - 1))
            self.assertEqual(self.lacking(), ["kernel." + key])
            self.write("proc/sys/kernel/" + key, ENOUGH[key] + "\n")

    def test_sizes_without_a_unit_are_blocks(self):
        self.assertEqual([rman_system.size(text) for text in ("16384", "128MB", "1GB", "512kB", "x")], [134217728, 134217728, 1 << 30, 524288, 0])

    def test_only_databases_of_this_host_are_looked_at(self):
        lines = ["[kingbase]", "pg1-path=/a", "pg2-path=/b", "pg2-host=10.0.0.2"]
        self.assertEqual(rman_system.databases_here(["backup"], lines), ["/a"])
        self.assertEqual(rman_system.databases_here(["--pg1-path=/c", "backup:remote"], []), ["/c"])


class CutSessions(unittest.TestCase):
    def setUp(self):
        rman_words.cut_seen = threading.Event()

    def test_a_session_closed_by_the_server_is_an_assertion_with_its_code(self):
        end = "INFO: backup command end: aborted with exception [101]"
        self.assertEqual(rman_words.fork_words(end), end)
        said = rman_words.fork_words("ERROR: [101]: raised from remote-0 ssh protocol on '10.0.0.1': NULL result required to complete request")
        self.assertEqual(said, "Assert:[025] 'check cancel !=NULL' failed.")
        self.assertEqual(rman_words.fork_words(end), "INFO: backup command end: aborted with exception [025]")
        self.assertEqual(rman_words.end_like(101), 25)

    def test_another_failure_of_the_same_kind_keeps_its_words_and_its_code(self):
        text = "ERROR: [101]: raised from remote-0 ssh protocol on '10.0.0.1': unable to connect"
        self.assertEqual(rman_words.fork_words(text), text)
        self.assertEqual(rman_words.end_like(101), 101)


if __name__ == "__main__":
    unittest.main()
