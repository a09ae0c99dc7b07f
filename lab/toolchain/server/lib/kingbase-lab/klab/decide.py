"""The decisions of kbha and of the companion of repmgrd, as pure functions: what they may do follows from these arguments alone.

The rule that matters most is in start(): a database without standby.signal is started only when every peer was reached, none runs, and all of
them are standbys that are not ahead of us. A killed primary therefore never returns as primary after a promotion.
"""

from collections import namedtuple

# database: up, starting, down, unknown. recovery: True, False, None (not known). has_data: a database lies in the data directory.
State = namedtuple("State", "name role database recovery signal timeline has_data")
UNREACHABLE = {"database": "unknown", "recovery": None, "signal": None, "timeline": None, "has_data": None}


def start(local, peers, level, network_ok):
    """What kbha does about the local database: (action, reason); action is standby, primary, witness or None."""
    if local.database != "down":
        return None, "the database is not down"
    if not local.has_data:
        return None, "no database in the data directory"
    if local.role == "witness":
        return "witness", "the witness is down"
    peers = [peer for peer in peers if peer.role != "witness"]
    if local.signal:
        if peers and not any(peer.database == "up" for peer in peers):
            return None, "no other database of the cluster answers"
        return "standby", "a standby is down"
    if level == 0:
        return None, "auto_cluster_recovery_level is 0"
    if not network_ok:
        return None, "no trusted server answers"
    for peer in peers:
        if peer.database == "unknown":
            return None, "%s does not answer, it may be primary" % peer.name
        if peer.database != "down":
            return None, "%s is running" % peer.name
        if not peer.signal:
            return None, "%s has no standby.signal either" % peer.name
        if peer.timeline is None or local.timeline is None or peer.timeline > local.timeline:
            return None, "%s has seen a later timeline" % peer.name
    return "primary", "all databases are down and only this one is no standby"


def virtual_ip(database, recovery, newer_primary, bound, answered_elsewhere):
    """load, unload or None."""
    if database == "up" and recovery is False and not newer_primary:
        return "load" if not bound and not answered_elsewhere else None
    if database in ("starting", "unknown") or database == "up" and recovery is None:
        return None
    return "unload" if bound else None


def gateway(keep_running, failures, attempts, database):
    """True when the local database must be stopped because no trusted server answers."""
    return not keep_running and attempts > 0 and failures >= attempts and database != "down"


def disk(use_check_disk, failures, max_retries, database):
    """(log the failure, stop the database)."""
    failed = failures >= max_retries
    return failed, failed and use_check_disk and database != "down"


def synchronous(mode, streaming, lists):
    """synchronous_standby_names for the standbys that stream now; names in the order of registration."""
    sync, potential = lists
    if mode == "async" or not streaming:
        return ""
    if mode == "quorum":
        return "ANY 1(%s)" % ",".join(streaming)
    if mode == "all":
        return "%d(%s)" % (len(streaming), ",".join(streaming))
    if mode == "custom":
        first = [name for name in sync if name in streaming]
        then = [name for name in potential if name in streaming]
        return "%d(%s)" % (max(len(first), 1), ",".join(first + then)) if first or then else ""
    return "1(%s)" % ",".join(streaming)


def synchronous_change(current, wanted, seconds_lost, hold):
    """The value to set now, or None. Gaining a standby counts at once, losing one after `hold` seconds."""
    if wanted == current or wanted != "" and seconds_lost == 0 or seconds_lost >= hold:
        return None if wanted == current else wanted
    return None


def recover(mode, node, others_primary, paused, down_for, delay):
    """What the companion of the primary's repmgrd does about a registered node that is not attached: (action, reason).

    Actions: start (a standby that is down), rejoin (down, and no standby), None.
    """
    if others_primary:
        return None, "there may be multiple nodes running as primary, can not do recovery for failed node"
    if mode == "manual":
        return None, "recovery is manual"
    if paused:
        return None, "repmgrd is paused"
    if down_for < delay:
        return None, "not failed long enough"
    if node.database == "unknown":
        return None, "unable to connect to the host, can't confirm if it's a standby node"
    if node.database != "down" or not node.has_data:
        return None, "not down, or no data"
    if node.signal:
        return "start", "a standby is down"
    if mode == "standby":
        return None, "can not do auto-recovery because not confirmed a standby node"
    return "rejoin", "a former primary is down"


def stale_primary(mine, other_timeline, my_history):
    """True when a second primary is our predecessor that came back: its timeline is one ours was forked from."""
    return other_timeline is not None and other_timeline < mine and other_timeline in my_history


def diverged(received_timeline, position, forks):
    """True when a running standby replayed more of a timeline than ours kept of it: it can never follow us without a rewind.

    forks: {timeline: position at which our history left it}; positions are numbers.
    """
    return received_timeline in forks and position is not None and position > forks[received_timeline]


def reattach(mode, is_diverged, unattached_for, delays, others_primary, paused):
    """Why the companion attaches a standby again that runs and does not stream, or None. delays: (when diverged, otherwise) in seconds."""
    if mode not in ("automatic", "standby") or others_primary or paused:
        return None
    if is_diverged and unattached_for >= delays[0]:
        return "a standby ran past the fork of the timelines"
    return "a standby runs and does not stream" if unattached_for >= delays[1] else None
