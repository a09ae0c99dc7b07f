#!/usr/bin/env python3
"""Whole file of pulumi-kingbase. Runs of a backup of KWDB in an object store, each file proved there by reading it again: nothing that a store says of itself counts.

Usage: object-store.py put RUN      copies a good run, and reads every object back
       object-store.py prove RUN    reads every object of a copied run, and compares it with the manifest that lies beside it
       object-store.py fetch RUN    brings a copied run back into the directory of the runs, whole or not at all
       object-store.py list         the copied runs: name, then good or unfinished
       object-store.py remove RUN
The manifest goes last and is removed first: a run without it was never whole there. Exit: 0, or 1 with the reason in the last line.
"""
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile

# Nothing beside the programs that nobody removes.
sys.dont_write_bytecode = True

from aws import Failed, read_conf  # noqa: E402
from s3 import Store, BLOCK  # noqa: E402

LIBRARY = os.path.dirname(os.path.realpath(__file__))
RUN = re.compile(r"^\d{8}T\d{6}Z$")
MANIFEST = "manifest.json"
# What the manifest does not list: it is written after them, and they after it.
BESIDE = ("SHA256SUMS", "verdict", "findings.txt")


def credentials(path):
    """id and secret, a line each; the rest of a line is the value as it is."""
    with open(path, encoding="utf-8") as file:
        values = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    return {"AccessKeyId": values["id"], "SecretAccessKey": values["secret"]}


def measure(path):
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def listed(text, run):
    """path, bytes and sha256 of each file, as the manifest has them."""
    manifest = json.loads(text)
    if manifest.get("run") != run or not isinstance(manifest.get("files"), list):
        raise Failed("the manifest of %s is that of another run, or none" % run)
    for file in manifest["files"]:
        if file["path"].startswith("/") or ".." in file["path"].split("/"):
            raise Failed("the manifest of %s names %s, which is no file of a run" % (run, file["path"]))
    return {file["path"]: (file["bytes"], file["sha256"]) for file in manifest["files"]}


class Copies:
    def __init__(self, conf):
        self.store = Store(conf, credentials(conf["key_file"]))
        self.prefix = conf["prefix"] + "/" if conf["prefix"] else ""
        self.runs = conf["runs"]
        self.owner_of = conf["owner_of"]

    def key(self, run, path=""):
        return "%s%s/%s" % (self.prefix, run, path)

    def put(self, run):
        place = os.path.join(self.runs, run)
        with open(os.path.join(place, "verdict"), encoding="utf-8") as file:
            if file.read().strip() != "good":
                raise Failed("%s is no good run, and is not copied" % run)
        with open(os.path.join(place, MANIFEST), encoding="utf-8") as file:
            wanted = listed(file.read(), run)
        # The smallest first: a refusal comes as an answer, and not as a connection that breaks under a large body.
        for path in sorted(wanted, key=lambda each: wanted[each]) + [name for name in BESIDE + (MANIFEST,) if os.path.exists(os.path.join(place, name))]:
            self.put_file(run, path, wanted.get(path))
        print("%s lies in bucket %s below %s, and every object was read back" % (run, self.store.bucket, self.key(run)), file=sys.stderr)

    def put_file(self, run, path, wanted):
        local = os.path.join(self.runs, run, path)
        size, digest = measure(local)
        if wanted is not None and (size, digest) != wanted:
            raise Failed("%s of %s is not what its manifest says, and is not copied" % (path, run))
        self.store.put(self.key(run, path), local, digest, size)
        self.compare(run, path, (size, digest))

    def compare(self, run, path, wanted, to=None):
        found = self.store.read(self.key(run, path), to)
        if found != tuple(wanted):
            raise Failed("%s of %s is in the store with %d bytes and sha256 %s, and not with %d and %s" % ((path, run) + found + tuple(wanted)))

    def prove(self, run, into=None):
        with tempfile.TemporaryDirectory() as folder:
            place = into or folder
            self.store.read(self.key(run, MANIFEST), os.path.join(place, MANIFEST))
            with open(os.path.join(place, MANIFEST), encoding="utf-8") as file:
                wanted = listed(file.read(), run)
        for path, expected in wanted.items():
            to = os.path.join(into, path) if into else None
            if to:
                os.makedirs(os.path.dirname(to), exist_ok=True)
            self.compare(run, path, expected, to)
        print("%s: %d objects are what its manifest says" % (run, len(wanted)), file=sys.stderr)

    def fetch(self, run):
        place = os.path.join(self.runs, run)
        if os.path.exists(place):
            raise Failed("%s is there already, and is left as it is" % place)
        partial = os.path.join(self.runs, ".%s.partial" % run)
        shutil.rmtree(partial, ignore_errors=True)
        self.make_folder(self.runs)
        os.mkdir(partial, 0o750)
        self.prove(run, partial)
        for name in BESIDE:
            if self.key(run, name) in self.store.list(self.key(run, name)):
                self.store.read(self.key(run, name), os.path.join(partial, name))
        for folder, _, files in os.walk(partial):
            for path in [folder] + [os.path.join(folder, name) for name in files]:
                self.hand_over(path)
        os.rename(partial, place)
        print("%s is in %s again" % (run, place), file=sys.stderr)

    def make_folder(self, path):
        """On a host that was made anew there is none; the server writes the next run there itself."""
        if not os.path.isdir(path):
            self.make_folder(os.path.dirname(path))
            os.mkdir(path, 0o750)
            self.hand_over(path)

    def hand_over(self, path):
        """To the owner of the server's files."""
        owner = os.stat(self.owner_of)
        os.chown(path, owner.st_uid, owner.st_gid)

    def list(self):
        for folder in sorted(self.store.list(self.prefix, "/")):
            run = folder[len(self.prefix):].rstrip("/")
            if RUN.match(run):
                whole = self.key(run, MANIFEST) in self.store.list(self.key(run, MANIFEST))
                print("%s %s" % (run, "good" if whole else "unfinished"))

    def remove(self, run):
        keys = self.store.list(self.key(run))
        for key in sorted(keys, key=lambda each: each != self.key(run, MANIFEST)):
            self.store.delete(key)


def main(words):
    copies = Copies(read_conf(os.path.join(LIBRARY, "object-store.conf")))
    if words == ["list"]:
        copies.list()
    elif len(words) == 2 and words[0] in ("put", "prove", "fetch", "remove") and RUN.match(words[1]):
        getattr(copies, words[0])(words[1])
    else:
        raise Failed("usage: object-store.py put|prove|fetch|remove RUN, or list")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Failed, OSError, KeyError, ValueError) as error:
        print("%s" % (error if isinstance(error, (Failed, OSError)) else "%s: %s" % (error.__class__.__name__, error)), file=sys.stderr)
        sys.exit(1)
