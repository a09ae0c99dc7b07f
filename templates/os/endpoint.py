#!/usr/bin/env python3
"""endpoint.py take TIMELINE: this node, primary on TIMELINE, takes the endpoint of its cluster, unless a later timeline has taken it.

Standard library only: cloud-init brings Python to every image it works on, and nothing else is to be installed.
Exit status: 0 held now, 3 refused (the message says who holds it), 1 could not be found out or done; then nothing is assumed.

secondaryAddress: each interface of the cluster carries the timeline that its node claimed (tag pulumi-kingbase:timeline). The claim is written
before the address is moved, and nobody moves it who sees a claim of the same or a later timeline elsewhere: a former primary gives way after one
look. EC2 itself lets one interface have the address.
dnsRecord: the record and a TXT record beside it (_primary.NAME: timeline and node) change in one batch that names the old values, so Route 53
refuses it when they are no longer what was read.
"""
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ET

# Nothing is left beside the program that nobody would take away.
sys.dont_write_bytecode = True
from aws import Cloud, Failed, Metadata, read_conf  # noqa: E402

CONF = os.environ.get("KB_ENDPOINT_CONF", "/etc/pulumi-kingbase/endpoint.conf")
CLUSTER_TAG = "pulumi-kingbase:cluster"
TIMELINE_TAG = "pulumi-kingbase:timeline"


class Refused(Exception):
    """Somebody else holds it with at least as good a right."""


def whole_number(text):
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text or "") else 0


# --- secondaryAddress -------------------------------------------------------------------------------------------------------------


def ec2(cloud, action, more):
    body = urllib.parse.urlencode([("Action", action), ("Version", "2016-11-15")] + more)
    return cloud.call("POST", "/", body=body, content="application/x-www-form-urlencoded; charset=utf-8")


def interfaces(cloud, cluster):
    found = ec2(cloud, "DescribeNetworkInterfaces", [
        ("Filter.1.Name", "tag:" + CLUSTER_TAG), ("Filter.1.Value.1", cluster)])
    return [{
        "id": item.findtext("networkInterfaceId"),
        "addresses": [one.findtext("privateIpAddress") for one in item.findall("privateIpAddressesSet/item")],
        "timeline": max([whole_number(tag.findtext("value")) for tag in item.findall("tagSet/item")
                         if tag.findtext("key") == TIMELINE_TAG] or [0]),
    } for item in found.findall("networkInterfaceSet/item")]


def refuse_later_claims(found, own, timeline):
    for one in found:
        if one["id"] != own and one["timeline"] >= timeline:
            raise Refused("%s claims timeline %d, here it is %d; if that claim is of a cluster that is no more, remove the tag %s of that interface" % (
                one["id"], one["timeline"], timeline, TIMELINE_TAG))


def take_address(conf, timeline):
    metadata = Metadata()
    cloud = Cloud("ec2", conf["region"], metadata.credentials())
    own = metadata.interface()
    found = interfaces(cloud, conf["cluster"])
    mine = [one for one in found if one["id"] == own]
    if not mine:
        raise Failed("%s has no tag %s=%s: it is no interface of this cluster" % (own, CLUSTER_TAG, conf["cluster"]))
    refuse_later_claims(found, own, timeline)
    if mine[0]["timeline"] > timeline:
        raise Refused("this interface claims timeline %d already, here it is %d" % (mine[0]["timeline"], timeline))
    if mine[0]["timeline"] != timeline:
        ec2(cloud, "CreateTags", [("ResourceId.1", own), ("Tag.1.Key", TIMELINE_TAG), ("Tag.1.Value", str(timeline))])
        # Who claimed meanwhile sees our claim as well: of two with the same timeline neither goes on.
        found = interfaces(cloud, conf["cluster"])
        refuse_later_claims(found, own, timeline)
    if conf["address"] in addresses_of(found, own):
        return "held: %s on %s, timeline %d" % (conf["address"], own, timeline)
    ec2(cloud, "AssignPrivateIpAddresses", [
        ("NetworkInterfaceId", own), ("PrivateIpAddress.1", conf["address"]), ("AllowReassignment", "true")])
    found = interfaces(cloud, conf["cluster"])
    try:
        refuse_later_claims(found, own, timeline)
    except Refused:
        # Its owner claimed it between our look and our move: what we moved is given back, and it takes it at its next look.
        ec2(cloud, "UnassignPrivateIpAddresses", [("NetworkInterfaceId", own), ("PrivateIpAddress.1", conf["address"])])
        raise
    if conf["address"] not in addresses_of(found, own):
        raise Failed("%s was assigned to %s and is not there" % (conf["address"], own))
    return "taken: %s on %s, timeline %d" % (conf["address"], own, timeline)


def addresses_of(found, own):
    return [address for one in found if one["id"] == own for address in one["addresses"]]


# --- dnsRecord --------------------------------------------------------------------------------------------------------------------


def record_sets(cloud, zone, name):
    """The record and its witness, as they are. Route 53 lists from a name on, in an order of its own: two questions instead of a walk."""
    found = {}
    for wanted, kind in ((name, "A"), ("_primary." + name, "TXT")):
        query = urllib.parse.urlencode([("maxitems", "1"), ("name", wanted), ("type", kind)])
        answer = cloud.call("GET", "/2013-04-01/hostedzone/%s/rrset" % zone, query=query)
        for item in answer.findall("ResourceRecordSets/ResourceRecordSet"):
            if item.findtext("Name", "").rstrip(".") == wanted and item.findtext("Type") == kind:
                values = [one.text or "" for one in item.findall("ResourceRecords/ResourceRecord/Value")]
                found[kind] = (wanted, kind, item.findtext("TTL"), values)
    return found


def change(action, record):
    name, kind, ttl, values = record
    text = "".join("<ResourceRecord><Value>%s</Value></ResourceRecord>" % escape(value) for value in values)
    return ("<Change><Action>%s</Action><ResourceRecordSet><Name>%s</Name><Type>%s</Type><TTL>%s</TTL>"
            "<ResourceRecords>%s</ResourceRecords></ResourceRecordSet></Change>") % (action, escape(name), kind, ttl, text)


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def take_record(conf, timeline):
    # Route 53 keeps names in lower case.
    name = conf["address"].rstrip(".").lower()
    cloud = Cloud("route53", conf["region"], Metadata().credentials())
    found = record_sets(cloud, conf["zone_id"], name)
    claim = re.fullmatch(r'"timeline=([0-9]+) node=([^" ]+)"', found["TXT"][3][0]) if "TXT" in found else None
    if "TXT" in found and claim is None:
        raise Refused("_primary.%s holds %s, which is not ours" % (name, found["TXT"][3][0]))
    if claim and int(claim.group(1)) > timeline:
        raise Refused("%s claims timeline %s, here it is %d" % (claim.group(2), claim.group(1), timeline))
    if claim and int(claim.group(1)) == timeline and claim.group(2) != conf["node"]:
        raise Refused("%s claims timeline %s as well" % (claim.group(2), claim.group(1)))
    wanted = [(name, "A", conf["ttl"], [conf["host"]]),
              ("_primary." + name, "TXT", conf["ttl"], ['"timeline=%d node=%s"' % (timeline, conf["node"])])]
    if [found.get("A"), found.get("TXT")] == wanted:
        return "held: %s is %s, timeline %d" % (name, conf["host"], timeline)
    changes = [change("DELETE", found[kind]) for kind in ("A", "TXT") if kind in found]
    changes += [change("CREATE", record) for record in wanted]
    body = ('<?xml version="1.0" encoding="UTF-8"?><ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">'
            "<ChangeBatch><Changes>%s</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>") % "".join(changes)
    cloud.call("POST", "/2013-04-01/hostedzone/%s/rrset/" % conf["zone_id"], body=body, content="application/xml")
    return "taken: %s is %s, timeline %d" % (name, conf["host"], timeline)


def main(words):
    if len(words) != 2 or words[0] != "take" or not re.fullmatch(r"[1-9][0-9]{0,9}", words[1]):
        print("usage: endpoint.py take TIMELINE", file=sys.stderr)
        return 2
    conf = read_conf(CONF)
    take = {"secondaryAddress": take_address, "dnsRecord": take_record}.get(conf.get("kind"))
    if take is None:
        print("nothing to take for an endpoint of kind %s" % conf.get("kind"), file=sys.stderr)
        return 2
    try:
        print(take(conf, int(words[1])))
        return 0
    except Refused as refused:
        print("refused: %s" % refused)
        return 3
    except (Failed, OSError, ValueError, KeyError, IndexError, ET.ParseError) as error:
        print("could not be taken: %s" % error)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
