"""nodelocal://<node>/<path>: files in <store>/extern of a node, this one or another (asked over the network). Not covered: http, s3, gs, azure."""

import base64
import os

from .errors import SqlError

PREFIX = "nodelocal://"


class Location:
    def __init__(self, session, uri):
        self.uri = uri
        self.cluster = session.cluster
        if not uri.startswith(PREFIX):
            scheme = uri.split("://")[0] if "://" in uri else ""
            if scheme in ("http", "https", "s3", "gs", "azure"):
                raise SqlError("the lab's stand-in for KWDB covers nodelocal only, not %s" % scheme, "0A000")
            raise SqlError('unsupported storage scheme: "%s"' % scheme)
        host, _, path = uri[len(PREFIX) :].partition("/")
        if host == "self" or not host.isdigit() or host == "0":
            raise SqlError("host component of nodelocal URI must be a node ID, got '%s': %s" % (host, uri), "22023")
        self.node = int(host)
        self.path = os.path.normpath("/" + path)[1:]
        if ".." in path.split("/"):
            raise SqlError("local file access to paths outside of external-io-dir is not allowed: %s" % path, "22023")
        if not self.cluster.knows(self.node):
            text = "failed to create blob client: connecting to node %d: failed to resolve n%d: unable to look up descriptor for n%d"
            raise SqlError(text % (self.node, self.node, self.node))

    def child(self, relative):
        other = Location.__new__(Location)
        other.__dict__.update(self.__dict__)
        other.uri = self.uri.rstrip("/") + "/" + relative
        other.path = os.path.join(self.path, relative)
        return other

    def ask(self, act, **more):
        return self.cluster.blob(self.node, {"act": act, "path": self.path, **more})

    def list(self):
        """Names of the files at and below this directory, as paths relative to it."""
        return self.ask("list")["names"]

    def kind(self):
        """file, directory or none."""
        return self.ask("kind")["kind"]

    def read(self):
        return base64.b64decode(self.ask("read")["data"])

    def write(self, data, append=False):
        self.ask("write", data=base64.b64encode(data).decode(), append=append)


def handle(extern, request):
    """What a node does for a Location, its own or another node's."""
    path = os.path.join(extern, request["path"])
    act = request["act"]
    try:
        if act == "kind":
            return {"kind": "directory" if os.path.isdir(path) else "file" if os.path.isfile(path) else "none"}
        if act == "list":
            return {"names": sorted(os.path.relpath(os.path.join(folder, name), path) for folder, _, names in os.walk(path) for name in names)}
        if act == "read":
            with open(path, "rb") as file:
                return {"data": base64.b64encode(file.read()).decode()}
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab" if request.get("append") else "wb") as file:
            file.write(base64.b64decode(request["data"]))
        return {}
    except OSError as error:
        return {"error": "%s %s: %s" % ("open", error.filename or path, (error.strerror or str(error)).lower())}
