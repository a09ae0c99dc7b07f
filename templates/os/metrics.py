#!/usr/bin/env python3
"""metrics.py put: reports to CloudWatch how full each volume of this node is, and where backups run, how old the last good one is.

What could not be found out is not reported: alarms take a missing value for a bad one. Exit status: 0 all was reported, 1 not all (the message says what).
"""
import json
import os
import sys
import time
import urllib.parse
import xml.etree.ElementTree as ET

# Nothing is left beside the program that nobody would take away.
sys.dont_write_bytecode = True
from aws import Cloud, Failed, Metadata, read_conf  # noqa: E402

CONF = os.environ.get("KB_METRICS_CONF", "/etc/pulumi-kingbase/metrics.conf")
JOBS = ("full", "differential", "incremental")


def used_percent(point):
    """As df counts it: without what is kept for root. Of bytes or of inodes, whichever is scarcer."""
    if not os.path.ismount(point):
        raise Failed("%s: nothing is mounted there" % point)
    seen = os.statvfs(point)
    taken = seen.f_blocks - seen.f_bfree
    shares = [share(taken, taken + seen.f_bavail), share(seen.f_files - seen.f_ffree, seen.f_files)]
    return max(shares)


def share(part, whole):
    return 100.0 * part / whole if whole > 0 else 0.0


def last_good(directory, job):
    """When the job last ended well, from the record that backup-job.sh leaves; None where it never did."""
    path = os.path.join(directory, job + ".json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    stopped = record["stopSeconds"] if record["exitCode"] == 0 else record["lastGoodSeconds"]
    if stopped is not None and (isinstance(stopped, bool) or not isinstance(stopped, int)):
        raise Failed("%s: %r is no time" % (path, stopped))
    return stopped


def backup_age(directory, now):
    if not os.path.isdir(directory):
        raise Failed("%s: there are no records of backups" % directory)
    ends = [end for end in (last_good(directory, job) for job in JOBS) if end is not None]
    if not ends:
        raise Failed("no backup has ended well yet")
    if max(ends) > now + 60:
        raise Failed("the last good backup ended in the future (%d, now it is %d): a clock is wrong" % (max(ends), now))
    return max(0, now - max(ends))


def gather(conf, now):
    """[(name, volume, value, unit)], and what could not be found out."""
    found, wrong = [], []
    looks = [("DiskUsedPercent", name[7:], "Percent", lambda point=point: round(used_percent(point), 2))
             for name, point in sorted(conf.items()) if name.startswith("volume_")]
    if conf["backup"]:
        looks.append(("BackupAgeSeconds", None, "Seconds", lambda: backup_age(conf["backup"], now)))
    for name, volume, unit, look in looks:
        try:
            found.append((name, volume, look(), unit))
        except (Failed, OSError, ValueError, KeyError, TypeError) as error:
            wrong.append("%s is not reported: %s" % (" ".join(part for part in (name, volume) if part), error))
    return found, wrong


def put(conf, found, now):
    fields = [("Action", "PutMetricData"), ("Version", "2010-08-01"), ("Namespace", conf["namespace"])]
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    for number, (name, volume, value, unit) in enumerate(found, 1):
        at = "MetricData.member.%d." % number
        dimensions = [("Node", conf["node"])] + ([("Volume", volume)] if volume else [])
        fields += [(at + "MetricName", name), (at + "Value", str(value)), (at + "Unit", unit), (at + "Timestamp", moment)]
        for place, (key, text) in enumerate(dimensions, 1):
            fields += [("%sDimensions.member.%d.Name" % (at, place), key), ("%sDimensions.member.%d.Value" % (at, place), text)]
    cloud = Cloud("monitoring", conf["region"], Metadata().credentials())
    cloud.call("POST", "/", body=urllib.parse.urlencode(fields), content="application/x-www-form-urlencoded; charset=utf-8")


def main(words):
    if words != ["put"]:
        print("usage: metrics.py put", file=sys.stderr)
        return 2
    try:
        conf = read_conf(CONF)
        now = int(time.time())
        found, wrong = gather(conf, now)
        if found:
            put(conf, found, now)
    except (Failed, OSError, ValueError, KeyError, IndexError, ET.ParseError) as error:
        print("could not be reported: %s" % error)
        return 1
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
