"""The wire protocol of PostgreSQL, version 3, as far as simple queries go: KWDB speaks it, so any client of it can be used. Not covered: prepared
statements, COPY, cancelling. A connection whose first byte is "{" is another node or the kwbase command: one request and one answer in JSON.
"""

import json
import socket
import struct

from .errors import NO_CODE, SqlError

SSL_REQUEST = 80877103
PROTOCOL_3 = 196608


# Both ends -------------------------------------------------------------------------------------------------------------


class Stream:
    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def exactly(self, count):
        while len(self.buffer) < count:
            part = self.connection.recv(65536)
            if not part:
                raise EOFError
            self.buffer += part
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def line(self):
        while b"\n" not in self.buffer:
            part = self.connection.recv(65536)
            if not part:
                raise EOFError
            self.buffer += part
        data, _, self.buffer = self.buffer.partition(b"\n")
        return data

    def message(self):
        kind = self.exactly(1)
        (length,) = struct.unpack(">I", self.exactly(4))
        return kind, self.exactly(length - 4)

    def send(self, kind, body=b""):
        self.connection.sendall(kind + struct.pack(">I", len(body) + 4) + body)


def text(value):
    return value.encode() + b"\0"


# The server's end -------------------------------------------------------------------------------------------------------


class Refused(Exception):
    pass


def accept(connection, context):
    """("rpc", stream, peer) or ("sql", stream, parameters, peer); peer: name in the client's certificate, None without TLS."""
    stream, peer = Stream(connection), None
    first = connection.recv(1, socket.MSG_PEEK)
    if first == b"{" and context is None:
        return "rpc", stream, None, peer
    _, code = struct.unpack(">II", stream.exactly(8))
    if code == SSL_REQUEST:
        connection.sendall(b"N" if context is None else b"S")
        if context is not None:
            connection = context.wrap_socket(connection, server_side=True)
            stream = Stream(connection)
            peer = common_name(connection.getpeercert())
            head = stream.exactly(1)
            stream.buffer = head + stream.buffer
            if head == b"{":
                return "rpc", stream, None, peer
        length, code = struct.unpack(">II", stream.exactly(8))
    elif context is not None:
        refuse(stream, "node is running secure mode, SSL connection required", "08P01")
    else:
        length = _
    if code != PROTOCOL_3:
        raise Refused
    words = stream.exactly(length - 8).split(b"\0")
    parameters = dict(zip([word.decode() for word in words[0::2]], [word.decode() for word in words[1::2]]))
    return "sql", stream, parameters, peer


def common_name(certificate):
    for part in (certificate or {}).get("subject", ()):
        for key, value in part:
            if key == "commonName":
                return value
    return None


def refuse(stream, message, code):
    send_error(stream, SqlError(message, code))
    raise Refused


def ask_password(stream):
    stream.send(b"R", struct.pack(">I", 3))
    kind, body = stream.message()
    if kind != b"p":
        raise Refused
    return body.rstrip(b"\0").decode()


def greet(stream, version):
    stream.send(b"R", struct.pack(">I", 0))
    for name, value in (("server_version", "9.5.0"), ("client_encoding", "UTF8"), ("DateStyle", "ISO, MDY"), ("kwbase_version", version)):
        stream.send(b"S", text(name) + text(value))
    ready(stream)


def ready(stream, in_transaction=False):
    stream.send(b"Z", b"T" if in_transaction else b"I")


def send_error(stream, error):
    send_fields(stream, b"E", [("S", "ERROR"), ("C", error.code), ("M", error.message), ("D", error.detail), ("H", error.hint)])


def send_notice(stream, message):
    send_fields(stream, b"N", [("S", "NOTICE"), ("C", "00000"), ("M", message)])


def send_fields(stream, kind, fields):
    stream.send(kind, b"".join(name.encode() + text(value) for name, value in fields if value) + b"\0")


def send_result(stream, result):
    for message in result.notices:
        send_notice(stream, message)
    if result.columns is not None:
        columns = b"".join(text(name) + struct.pack(">IHIhih", 0, 0, 25, -1, -1, 0) for name in result.columns)
        stream.send(b"T", struct.pack(">H", len(result.columns)) + columns)
        for row in result.rows:
            cells = b"".join(struct.pack(">i", -1) if cell is None else struct.pack(">i", len(cell.encode())) + cell.encode() for cell in map(cell_text, row))
            stream.send(b"D", struct.pack(">H", len(row)) + cells)
    tag = result.tag.replace("INSERT ", "INSERT 0 ") if result.tag.startswith("INSERT ") else result.tag
    stream.send(b"C", text(tag))


def cell_text(value):
    return value if value is None or isinstance(value, str) else str(value)


# The client's end -------------------------------------------------------------------------------------------------------


class ConnectionFailed(Exception):
    pass


def client_context(certs, user):
    import ssl

    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile="%s/ca.crt" % certs)
    context.load_cert_chain("%s/client.%s.crt" % (certs, user), "%s/client.%s.key" % (certs, user))
    return context


def dial(address, context=None, timeout=10):
    host, _, port = address.rpartition(":")
    try:
        connection = socket.create_connection((host or "localhost", int(port)), timeout)
        if context is not None:
            connection.sendall(struct.pack(">II", 8, SSL_REQUEST))
            if connection.recv(1) != b"S":
                raise ConnectionFailed("server at %s does not use TLS" % address)
            connection = context.wrap_socket(connection, server_hostname=host or "localhost")
        return connection
    except OSError as error:
        raise ConnectionFailed(str(error)) from None


def rpc(address, request, context=None, timeout=10):
    """One request to a node; its answer. What the node refuses is raised as SqlError."""
    try:
        with dial(address, context, min(timeout, 10)) as connection:
            connection.settimeout(timeout)
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(Stream(connection).line())
    except (OSError, EOFError, ValueError) as error:
        raise ConnectionFailed(str(error) or type(error).__name__) from None
    if "refused" in answer:
        raise SqlError(*answer["refused"])
    return answer


class Client:
    """A session over the wire, as `kwbase sql` holds it."""

    def __init__(self, address, user="root", database="defaultdb", context=None, password=None):
        self.stream = Stream(dial(address, context))
        self.stream.connection.settimeout(None)
        words = b"".join(map(text, ["user", user, "database", database])) + b"\0"
        self.stream.connection.sendall(struct.pack(">II", len(words) + 8, PROTOCOL_3) + words)
        self.password = password
        for _ in self.until_ready():
            pass

    def until_ready(self):
        while True:
            kind, body = self.stream.message()
            if kind == b"Z":
                return
            if kind == b"R" and struct.unpack(">I", body[:4])[0] == 3:
                if self.password is None:
                    raise SqlError("password authentication failed: no password given", "28P01")
                self.stream.send(b"p", text(self.password))
            elif kind == b"E":
                fields = self.fields(body)
                raise SqlError(fields.get("M", ""), fields.get("C", NO_CODE), fields.get("D"), fields.get("H"))
            else:
                yield kind, body

    def fields(self, body):
        return {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}

    def query(self, sql, on_notice):
        """Yields (columns, rows, tag) per statement."""
        self.stream.send(b"Q", text(sql))
        columns, rows = None, []
        for kind, body in self.until_ready():
            if kind == b"T":
                columns = self.columns(body)
            elif kind == b"D":
                rows.append(self.row(body))
            elif kind == b"N":
                on_notice(self.fields(body).get("M", ""))
            elif kind == b"C":
                yield columns, rows, body.rstrip(b"\0").decode()
                columns, rows = None, []

    def columns(self, body):
        (count,), at, names = struct.unpack(">H", body[:2]), 2, []
        for _ in range(count):
            end = body.index(b"\0", at)
            names.append(body[at:end].decode())
            at = end + 19
        return names

    def row(self, body):
        (count,), at, cells = struct.unpack(">H", body[:2]), 2, []
        for _ in range(count):
            (length,) = struct.unpack(">i", body[at : at + 4])
            at += 4
            cells.append(None if length < 0 else body[at : at + length].decode())
            at += max(length, 0)
        return cells
