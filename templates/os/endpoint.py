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
import datetime
import hashlib
import hmac
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET

CONF = os.environ.get("KB_ENDPOINT_CONF", "/etc/pulumi-kingbase/endpoint.conf")
IMDS = os.environ.get("KB_ENDPOINT_IMDS", "http://169.254.169.254")
API = os.environ.get("KB_ENDPOINT_API")
CLUSTER_TAG = "pulumi-kingbase:cluster"
TIMELINE_TAG = "pulumi-kingbase:timeline"
SECONDS = 5


class Refused(Exception):
    """Somebody else holds it with at least as good a right."""


class Failed(Exception):
    """Could not be found out or done."""


def read_conf(path):
    """NAME='value' lines; the shell's own escape of a quote inside is undone."""
    values = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            found = re.match(r"^([a-z_]+)='(.*)'$", line.rstrip("\n"))
            if found:
                values[found.group(1)] = found.group(2).replace("'\\''", "'")
    return values


def open_url(request):
    # No proxy for the instance's own metadata, and none that an environment smuggles in for the rest.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=SECONDS) as answer:
        return answer.read().decode("utf-8")


class Metadata:
    """IMDSv2 only."""

    def __init__(self):
        request = urllib.request.Request(IMDS + "/latest/api/token", method="PUT", data=b"")
        request.add_header("X-aws-ec2-metadata-token-ttl-seconds", "60")
        self.token = open_url(request)

    def get(self, path):
        request = urllib.request.Request(IMDS + "/latest/meta-data/" + path)
        request.add_header("X-aws-ec2-metadata-token", self.token)
        return open_url(request).strip()

    def credentials(self):
        role = self.get("iam/security-credentials/").splitlines()[0]
        return json.loads(self.get("iam/security-credentials/" + role))

    def interface(self):
        return self.get("network/interfaces/macs/%s/interface-id" % self.get("mac"))


def sign(key, text):
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()


def signed_headers(call, credentials, now):
    """AWS Signature Version 4 over method, path, query, body and the three headers that count."""
    method, host, path, query, body, service, region = call
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": host, "x-amz-date": moment}
    if credentials.get("Token"):
        headers["x-amz-security-token"] = credentials["Token"]
    names = ";".join(sorted(headers))
    lines = "".join("%s:%s\n" % (name, headers[name]) for name in sorted(headers))
    digest = hashlib.sha256(body.encode("utf-8")).hexdigest()
    canonical = "\n".join([method, path, query, lines, names, digest])
    scope = "%s/%s/%s/aws4_request" % (moment[:8], region, service)
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode("utf-8")).hexdigest()])
    key = ("AWS4" + credentials["SecretAccessKey"]).encode("utf-8")
    for part in (moment[:8], region, service, "aws4_request"):
        key = sign(key, part)
    signature = hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()
    headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        credentials["AccessKeyId"], scope, names, signature)
    return headers


class Cloud:
    def __init__(self, service, region, credentials):
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        if service == "route53":
            self.host = "route53." + suffix
            self.region = "cn-northwest-1" if region.startswith("cn-") else "us-east-1"
        else:
            self.host = "%s.%s.%s" % (service, region, suffix)
            self.region = region
        self.service = service
        self.credentials = credentials

    def call(self, method, path, query="", body="", content=None):
        now = datetime.datetime.now(datetime.timezone.utc)
        call = (method, self.host, path, query, body, self.service, self.region)
        url = (API or "https://" + self.host) + path + ("?" + query if query else "")
        request = urllib.request.Request(url, method=method, data=body.encode("utf-8") if body else None)
        for name, value in signed_headers(call, self.credentials, now).items():
            request.add_header(name, value)
        if content:
            request.add_header("Content-Type", content)
        try:
            return strip_namespaces(ET.fromstring(open_url(request)))
        except urllib.error.HTTPError as error:
            said = error.read().decode("utf-8", "replace")
            code = re.search(r"<Code>([^<]*)</Code>", said)
            message = re.search(r"<Message>([^<]*)</Message>", said)
            raise Failed("%s answers %s: %s %s" % (
                self.host, error.code, code.group(1) if code else "", message.group(1) if message else "")) from error


def strip_namespaces(root):
    for element in root.iter():
        element.tag = element.tag.split("}")[-1]
    return root


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
    name = conf["address"].rstrip(".")
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
