"""What the programs of pulumi-kingbase share that call AWS: settings, the metadata of the instance, signed calls. No program by itself.

Standard library only: cloud-init brings Python to every image it works on, and nothing else is to be installed.
"""
import datetime
import hashlib
import hmac
import json
import os
import re
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET

IMDS = os.environ.get("KB_AWS_IMDS", "http://169.254.169.254")
API = os.environ.get("KB_AWS_API")
SECONDS = 5


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
    """Over method, path, query, body and the three headers that count."""
    method, host, path, query, body, service, region = call
    digest = hashlib.sha256(body.encode("utf-8")).hexdigest()
    return sign_request((method, path, query, digest), {"host": host}, (service, region), credentials, now)


def sign_request(request, more, scope, credentials, now):
    """AWS Signature Version 4: `more`, which has the host in it, with the date, a session's token and the signature; every one of them is signed."""
    method, path, query, digest = request
    service, region = scope
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    headers = dict(more)
    headers["x-amz-date"] = moment
    if credentials.get("Token"):
        headers["x-amz-security-token"] = credentials["Token"]
    names = ";".join(sorted(headers))
    lines = "".join("%s:%s\n" % (name, headers[name]) for name in sorted(headers))
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
