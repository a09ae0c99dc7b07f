"""A small client of an object store that speaks S3, for the programs of pulumi-kingbase on a node of KWDB. No program by itself.

Standard library only, path style, Signature Version 4 with the digest of each body: AWS and the stores of closed networks (MinIO, Ceph, OBS, OSS) take that.
Errors name the request and the answer, never a key.
"""
import datetime
import hashlib
import http.client
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET

from aws import Failed, sign_request, strip_namespaces

SECONDS = 60
ATTEMPTS = 3
PAUSE_SECONDS = 2
BLOCK = 1024 * 1024
EMPTY = hashlib.sha256(b"").hexdigest()
# What one PUT takes at most.
LARGEST = 5 * 1024 ** 3


class Passing(Exception):
    """May go well a moment later: no connection, one that broke, an answer of 500 and more."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed request goes where it was signed for, or nowhere."""

    def redirect_request(self, request, file, code, message, headers, target):
        return None


def encode(text):
    return urllib.parse.quote(text, safe="-._~")


class Store:
    def __init__(self, conf, credentials):
        self.endpoint = conf["endpoint"].rstrip("/")
        self.bucket = conf["bucket"]
        self.region = conf["region"]
        self.host = self.endpoint.split("://", 1)[1]
        self.credentials = credentials
        handlers = [urllib.request.ProxyHandler({}), NoRedirect()]
        if self.endpoint.startswith("https:"):
            # An empty name: the authorities that this host trusts.
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=conf["ca_file"] or None)))
        self.opener = urllib.request.build_opener(*handlers)

    def put(self, key, path, digest, size):
        """The store itself refuses a body of another digest."""
        if size > LARGEST:
            raise Failed("%s has %d bytes, and one request takes 5 GiB: give backup.chunkRows, so that its table is cut" % (key, size))

        def send():
            with open(path, "rb") as body:
                self.request("PUT", key, body=body, digest=digest, size=size).close()
        self.again(send)

    def read(self, key, to=None):
        """(bytes, sha256) of an object, as the store gives it; written into the file `to` where one is given."""
        return self.again(lambda: self.read_once(key, to))

    def read_once(self, key, to):
        digest, size = hashlib.sha256(), 0
        with self.request("GET", key) as answer:
            sink = open(to, "wb") if to else None
            try:
                for block in iter(lambda: self.block(key, answer), b""):
                    digest.update(block)
                    size += len(block)
                    if sink:
                        sink.write(block)
            finally:
                if sink:
                    sink.close()
        return size, digest.hexdigest()

    def block(self, key, answer):
        try:
            return answer.read(BLOCK)
        except (OSError, http.client.HTTPException) as error:
            raise Passing("GET %s broke off: %s" % (key, error.__class__.__name__)) from error

    def delete(self, key):
        self.again(lambda: self.request("DELETE", key).close())

    def list(self, prefix, delimiter=""):
        """Keys below a prefix; with a delimiter, the names of the folders right below it."""
        found, token = [], ""
        while True:
            asked = {"list-type": "2", "prefix": prefix}
            if delimiter:
                asked["delimiter"] = delimiter
            if token:
                asked["continuation-token"] = token
            page = self.again(lambda: self.page(asked))
            path = "CommonPrefixes/Prefix" if delimiter else "Contents/Key"
            found += [element.text for element in page.findall(path) if element.text]
            token = page.findtext("NextContinuationToken") or ""
            if page.findtext("IsTruncated") != "true" or not token:
                return found

    def page(self, asked):
        with self.request("GET", "", query=asked) as answer:
            text = answer.read()
        try:
            return strip_namespaces(ET.fromstring(text))
        except ET.ParseError as error:
            raise Failed("%s does not list its objects as S3 does" % self.host) from error

    def request(self, method, key, query=None, body=None, digest=EMPTY, size=0):
        path = "/" + encode(self.bucket) + "/" + "/".join(encode(part) for part in key.split("/"))
        text = "&".join("%s=%s" % (encode(name), encode(value)) for name, value in sorted((query or {}).items()))
        headers = {"host": self.host, "x-amz-content-sha256": digest}
        now = datetime.datetime.now(datetime.timezone.utc)
        signed = sign_request((method, path, text, digest), headers, ("s3", self.region), self.credentials, now)
        request = urllib.request.Request(self.endpoint + path + ("?" + text if text else ""), method=method, data=body)
        for name, value in signed.items():
            request.add_header(name, value)
        if method == "PUT":
            request.add_header("Content-Length", str(size))
            request.add_header("Content-Type", "application/octet-stream")
        try:
            return self.opener.open(request, timeout=SECONDS)
        except urllib.error.HTTPError as error:
            raise self.refusal(method, key, error) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error.__class__.__name__
            raise Passing("%s %s: no answer from %s: %s" % (method, key or self.bucket, self.host, reason)) from error

    def refusal(self, method, key, error):
        said = error.read(65536).decode("utf-8", "replace")
        code = re.search(r"<Code>([^<]*)</Code>", said)
        message = re.search(r"<Message>([^<]*)</Message>", said)
        words = " ".join(each.group(1) for each in (code, message) if each)
        kind = Passing if error.code >= 500 or error.code == 429 else Failed
        return kind("%s %s: %s answers %s %s" % (method, key or self.bucket, self.host, error.code, words))

    def again(self, work):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return work()
            except Passing as error:
                if attempt == ATTEMPTS:
                    raise Failed("%s (%d attempts)" % (error, ATTEMPTS)) from error
                time.sleep(PAUSE_SECONDS * attempt)
