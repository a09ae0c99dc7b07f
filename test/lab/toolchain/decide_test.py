"""Decisions of kbha and of the companion of repmgrd: tables, and the invariant "a killed primary never returns as primary after a promotion"
over many simulated histories. The simulation observes and acts in one step: what happens between the two is not covered here."""

import os
import random
import subprocess
import tempfile
import time
import unittest

import support  # noqa: F401
from klab import companion, decide, kbha, node_state
from klab.decide import State


def standby(name="node2", **more):
    return State(**{**dict(name=name, role="standby", database="down", recovery=None, signal=True, timeline=1, has_data=True), **more})


def primary(name="node1", **more):
    return State(**{**dict(name=name, role="primary", database="down", recovery=None, signal=False, timeline=1, has_data=True), **more})


def unreachable(name="node2"):
    return State(name=name, role="standby", **decide.UNREACHABLE)


class Start(unittest.TestCase):
    def test_brings_the_old_primary_back_when_every_database_is_down(self):
        self.assertEqual(decide.start(primary(), [standby(), standby("node3")], 1, True)[0], "primary")

    def test_starts_a_single_node_cluster(self):
        self.assertEqual(decide.start(primary(), [], 1, True)[0], "primary")

    def test_leaves_a_primary_down_while_a_standby_runs(self):
        running = standby(database="up", recovery=True)
        self.assertEqual(decide.start(primary(), [running, standby("node3")], 1, True), (None, "node2 is running"))

    def test_leaves_a_primary_down_while_a_peer_is_unreachable(self):
        self.assertEqual(decide.start(primary(), [unreachable(), standby("node3")], 1, True), (None, "node2 does not answer, it may be primary"))

    def test_leaves_a_primary_down_when_a_peer_lacks_the_signal_too(self):
        self.assertEqual(decide.start(primary(), [standby(signal=False)], 1, True), (None, "node2 has no standby.signal either"))

    def test_leaves_a_primary_down_when_a_standby_saw_a_later_timeline(self):
        self.assertEqual(decide.start(primary(), [standby(timeline=2)], 1, True), (None, "node2 has seen a later timeline"))

    def test_leaves_a_primary_down_without_a_trusted_server(self):
        self.assertIsNone(decide.start(primary(), [standby()], 1, False)[0])

    def test_leaves_a_primary_down_at_level_0(self):
        self.assertIsNone(decide.start(primary(), [standby()], 0, True)[0])

    def test_starts_a_standby_while_another_database_runs(self):
        self.assertEqual(decide.start(standby(), [primary(database="up", recovery=False)], 0, False)[0], "standby")

    def test_leaves_a_standby_down_when_nothing_runs(self):
        self.assertIsNone(decide.start(standby(), [primary(), standby("node3")], 1, True)[0])

    def test_never_touches_a_database_that_is_up_starting_or_missing(self):
        for state in (primary(database="up"), primary(database="starting"), primary(has_data=False)):
            self.assertIsNone(decide.start(state, [standby()], 1, True)[0])

    def test_starts_a_witness_and_does_not_count_one(self):
        witness = State("node4", "witness", "down", None, False, 1, True)
        self.assertEqual(decide.start(witness, [unreachable()], 1, True)[0], "witness")
        self.assertEqual(decide.start(primary(), [standby(), witness], 1, True)[0], "primary")


class Simulation:
    """Three nodes; random kills, power cuts, partitions, promotions and rejoins, with kbha's rounds in between."""

    def __init__(self, seed, rule):
        self.random = random.Random(seed)
        self.rule = rule
        self.names = ["node1", "node2", "node3"]
        self.up = {name: True for name in self.names}
        self.host = {name: True for name in self.names}
        self.signal = {name: name != "node1" for name in self.names}
        self.timeline = {name: 1 for name in self.names}
        self.cut = set()
        self.leader = "node1"
        self.violations = []

    def reach(self, a, b):
        return self.host[a] and self.host[b] and (a in self.cut) == (b in self.cut)

    def state(self, name, seen_from):
        if not self.reach(seen_from, name):
            return State(name=name, role=None, **decide.UNREACHABLE)
        running = self.up[name]
        return State(name, None, "up" if running else "down", self.signal[name] if running else None, self.signal[name], self.timeline[name], True)

    def kbha(self, name):
        if not self.host[name]:
            return
        peers = [self.state(other, name) for other in self.names if other != name]
        action, _ = self.rule(self.state(name, name), peers, 1, name not in self.cut)
        if action is None:
            return
        self.up[name] = True
        if action == "primary" and name != self.leader:
            self.violations.append(name)

    def promote(self, name):
        """What repmgrd does: a running standby that does not see the primary's database, and sees another node or is in the majority."""
        sees_leader = self.reach(name, self.leader) and self.up[self.leader]
        if self.host[name] and self.up[name] and self.signal[name] and not sees_leader and name not in self.cut:
            self.timeline[name] = max(self.timeline.values()) + 1
            self.signal[name] = False
            self.leader = name

    def rejoin(self, name):
        if name != self.leader and self.up[self.leader] and self.reach(name, self.leader) and not self.up[name]:
            self.signal[name], self.timeline[name], self.up[name] = True, self.timeline[self.leader], True

    def replicate(self):
        for name in self.names:
            if self.signal[name] and self.up[name] and self.up[self.leader] and self.reach(name, self.leader):
                self.timeline[name] = self.timeline[self.leader]

    def power_cut(self, name):
        self.host[name] = self.up[name] = False

    def event(self):
        name = self.random.choice(self.names)
        kind = self.random.randrange(12)
        if kind == 0:
            self.up[name] = False
        elif kind == 1:
            self.power_cut(name)
        elif kind == 2:
            for other in self.names:
                self.power_cut(other)
        elif kind in (3, 4):
            self.host[name] = True
        elif kind == 5:
            self.cut = {name}
        elif kind == 6:
            self.cut = set()
        elif kind in (7, 8):
            self.promote(name)
        elif kind == 9:
            self.rejoin(name)
        else:
            self.kbha(name)
        self.replicate()

    def run(self, steps=120):
        for _ in range(steps):
            self.event()
        return self.violations


def without(check):
    """decide.start with one of its checks taken out, by hiding from it what the check looks at."""

    def weakened(local, peers, level, network_ok):
        return decide.start(local, [check(peer) for peer in peers], level, network_ok)

    return weakened


class NeverBack(unittest.TestCase):
    SEEDS = range(4000)

    def found(self, rule):
        return sum(1 for seed in self.SEEDS if Simulation(seed, rule).run())

    def test_a_killed_primary_never_returns_as_primary_after_a_promotion(self):
        for seed in self.SEEDS:
            self.assertEqual(Simulation(seed, decide.start).run(), [], "seed %d" % seed)

    def test_the_simulation_does_bring_clusters_back(self):
        started = []

        def watched(*arguments):
            result = decide.start(*arguments)
            started.append(result[0])
            return result

        for seed in range(300):
            Simulation(seed, watched).run()
        self.assertGreater(started.count("primary"), 20)
        self.assertGreater(started.count("standby"), 20)

    def test_the_simulation_notices_when_an_unreachable_peer_counts_as_down(self):
        def lenient(peer):
            return peer._replace(database="down", signal=True, timeline=1) if peer.database == "unknown" else peer

        self.assertGreater(self.found(without(lenient)), 0)

    def test_the_simulation_notices_when_the_missing_signal_of_a_peer_is_ignored(self):
        self.assertGreater(self.found(without(lambda peer: peer._replace(signal=True, timeline=1) if peer.signal is False else peer)), 0)

    def test_the_simulation_notices_when_a_running_peer_is_ignored(self):
        self.assertGreater(self.found(without(lambda peer: peer._replace(database="down", signal=True, timeline=1))), 0)


class VirtualIp(unittest.TestCase):
    def test_follows_the_role(self):
        table = [
            # database, recovery, newer primary, bound, answered elsewhere -> action
            (("up", False, False, False, False), "load"),
            (("up", False, False, False, True), None),
            (("up", False, False, True, False), None),
            (("up", False, True, True, False), "unload"),
            (("up", False, True, False, False), None),
            (("up", True, False, True, False), "unload"),
            (("up", True, False, False, False), None),
            (("down", None, False, True, False), "unload"),
            (("starting", None, False, True, False), None),
            (("unknown", None, False, True, False), None),
            (("up", None, False, True, False), None),
        ]
        for arguments, action in table:
            self.assertEqual(decide.virtual_ip(*arguments), action, arguments)


class Checks(unittest.TestCase):
    def test_stops_the_database_after_enough_lost_gateways_only_when_asked(self):
        self.assertTrue(decide.gateway(False, 3, 3, "up"))
        self.assertFalse(decide.gateway(False, 2, 3, "up"))
        self.assertFalse(decide.gateway(True, 9, 3, "up"))
        self.assertFalse(decide.gateway(False, 3, 3, "down"))

    def test_stops_the_database_after_enough_disk_failures_only_with_use_check_disk(self):
        self.assertEqual(decide.disk(True, 6, 6, "up"), (True, True))
        self.assertEqual(decide.disk(False, 6, 6, "up"), (True, False))
        self.assertEqual(decide.disk(True, 5, 6, "up"), (False, False))


class Synchronous(unittest.TestCase):
    def test_names_by_mode(self):
        both = ["node2", "node3"]
        for mode, streaming, expected in (
            ("quorum", both, "ANY 1(node2,node3)"),
            ("quorum", ["node2"], "ANY 1(node2)"),
            ("quorum", [], ""),
            ("sync", both, "1(node2,node3)"),
            ("all", both, "2(node2,node3)"),
            ("async", both, ""),
        ):
            self.assertEqual(decide.synchronous(mode, streaming, ([], [])), expected)
        self.assertEqual(decide.synchronous("custom", both, (["node3"], ["node2"])), "1(node3,node2)")
        self.assertEqual(decide.synchronous("custom", ["node2"], (["node3"], [])), "")

    def test_gains_at_once_and_loses_after_the_hold(self):
        change = decide.synchronous_change
        self.assertEqual(change("", "ANY 1(node2)", 0, 2), "ANY 1(node2)")
        self.assertIsNone(change("ANY 1(node2)", "", 1.9, 2))
        self.assertEqual(change("ANY 1(node2)", "", 2, 2), "")
        self.assertIsNone(change("ANY 1(node2)", "ANY 1(node2)", 0, 2))


class Recover(unittest.TestCase):
    def action(self, mode, node, others=False, paused=False, down=60):
        return decide.recover(mode, node, others, paused, down, 5)[0]

    def test_rejoins_a_former_primary_only_in_automatic(self):
        self.assertEqual(self.action("automatic", primary()), "rejoin")
        self.assertIsNone(self.action("standby", primary()))
        self.assertIsNone(self.action("manual", primary()))

    def test_starts_a_standby_in_automatic_and_standby(self):
        self.assertEqual(self.action("automatic", standby()), "start")
        self.assertEqual(self.action("standby", standby()), "start")
        self.assertIsNone(self.action("manual", standby()))

    def test_refuses_with_several_primaries_while_paused_and_before_the_delay(self):
        self.assertIsNone(self.action("automatic", primary(), others=True))
        self.assertIsNone(self.action("automatic", primary(), paused=True))
        self.assertIsNone(self.action("automatic", primary(), down=4))

    def test_leaves_a_node_alone_that_it_cannot_see_or_that_runs_or_is_empty(self):
        for node in (unreachable(), primary(database="up"), primary(database="starting"), primary(has_data=False)):
            self.assertIsNone(self.action("automatic", node))

    def test_tells_a_predecessor_from_an_equal(self):
        self.assertTrue(decide.stale_primary(3, 2, {1, 2}))
        self.assertFalse(decide.stale_primary(3, 2, {1}))
        self.assertFalse(decide.stale_primary(2, 2, {1}))
        self.assertFalse(decide.stale_primary(2, 3, {1, 2}))


class Diverged(unittest.TestCase):
    FORKS = companion.parse_history("1\t0/5010580\tno recovery target specified\n\n4\t1/0\tno recovery target specified\n")

    def test_reads_a_history_file(self):
        self.assertEqual(self.FORKS, {1: 0x5010580, 4: 0x100000000})

    def test_is_who_replayed_more_of_a_timeline_than_was_kept(self):
        self.assertTrue(decide.diverged(4, 0x100000001, self.FORKS))
        self.assertFalse(decide.diverged(4, 0x100000000, self.FORKS))
        self.assertFalse(decide.diverged(5, 0x200000000, self.FORKS))
        self.assertFalse(decide.diverged(4, None, self.FORKS))

    def reattach(self, mode="automatic", is_diverged=False, seconds=60, others=False, paused=False):
        return decide.reattach(mode, is_diverged, seconds, (5, 30), others, paused)

    def test_a_standby_that_does_not_stream_is_attached_again_sooner_when_it_diverged(self):
        self.assertIsNone(self.reattach(seconds=29))
        self.assertEqual(self.reattach(seconds=30), "a standby runs and does not stream")
        self.assertEqual(self.reattach(mode="standby", is_diverged=True, seconds=5), "a standby ran past the fork of the timelines")
        self.assertIsNone(self.reattach(is_diverged=True, seconds=4))

    def test_it_is_left_alone_when_recovery_is_manual_or_something_else_is_wrong(self):
        for more in (dict(mode="manual"), dict(others=True), dict(paused=True)):
            self.assertIsNone(self.reattach(is_diverged=True, **more))


class LockFile(unittest.TestCase):
    """postmaster.pid after a power cut names a process that is not the server."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def held_by(self, name):
        process = subprocess.Popen(["bash", "-c", "exec -a %s sleep 30" % name])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        with open(node_state.lock_file(self.folder.name), "w", encoding="utf-8") as file:
            file.write("%d\n" % process.pid)
        for _ in range(1000):
            with open("/proc/%d/cmdline" % process.pid, "rb") as file:
                if file.read().startswith(name.encode()):
                    break
            time.sleep(0.02)
        return node_state.process_alive(self.folder.name)

    def test_a_server_that_holds_it_is_alive(self):
        self.assertTrue(self.held_by("/home/kingbase/cluster/lab/kingbase/bin/kingbase"))

    def test_another_program_of_the_same_prefix_is_no_server(self):
        self.assertFalse(self.held_by("/home/kingbase/cluster/lab/kingbase/bin/kbha"))

    def test_a_pid_file_counts_only_where_its_program_runs(self):
        self.held_by("/home/kingbase/cluster/lab/kingbase/bin/kbha")
        self.assertIsNone(kbha.pid_from(node_state.lock_file(self.folder.name), "repmgrd"))
        self.assertIsNotNone(kbha.pid_from(node_state.lock_file(self.folder.name), "kbha"))

    def test_only_a_file_from_before_the_boot_is_taken_away(self):
        self.held_by("/home/kingbase/cluster/lab/kingbase/bin/kbha")
        written = os.stat(node_state.lock_file(self.folder.name)).st_mtime
        self.assertFalse(node_state.drop_stale_lock(self.folder.name, written - 1))
        self.assertTrue(os.path.exists(node_state.lock_file(self.folder.name)))
        self.assertTrue(node_state.drop_stale_lock(self.folder.name, written + 1))
        self.assertFalse(os.path.exists(node_state.lock_file(self.folder.name)))

    def test_the_time_of_the_boot_lies_behind_us(self):
        self.assertLess(node_state.booted_at(), time.time())


if __name__ == "__main__":
    unittest.main()
