"""The daemon: locks its store, recovers, listens, and takes its time to stop."""

import fcntl
import glob
import http.server
import json
import os
import random
import signal
import socket
import ssl
import sys
import threading
import time

from . import labconf, pgwire
from .cluster import Cluster
from .errors import SqlError
from .session import Session
from .state import State
from .tokens import split_statements


class StartFailed(Exception):
    pass


def lock_store(store):
    """Held until the process is gone: whoever starts too early is refused."""
    os.makedirs(store, exist_ok=True)
    for path in glob.glob(os.path.join(store, "kwbase-temp*")):
        with open(os.path.join(path, "TEMP_DIR.LOCK"), "a", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                text = "could not cleanup temporary directories from record file: could not lock temporary directory %s, may still be in use"
                raise StartFailed(text % path) from None
            os.remove(file.name)
        os.rmdir(path)
    path = os.path.join(store, "kwbase-temp%09d" % random.randrange(10**9))
    os.mkdir(path)
    file = open(os.path.join(path, "TEMP_DIR.LOCK"), "w", encoding="utf-8")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def address_of(text, default_port):
    host, _, port = text.rpartition(":")
    return (host or "0.0.0.0", int(port or default_port)) if ":" in text else (text or "0.0.0.0", default_port)


def server_context(certs):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("%s/node.crt" % certs, "%s/node.key" % certs)
    context.load_verify_locations("%s/ca.crt" % certs)
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def node_context(certs):
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile="%s/ca.crt" % certs)
    context.load_cert_chain("%s/node.crt" % certs, "%s/node.key" % certs)
    return context


class Server:
    def __init__(self, options):
        self.options = options
        self.lock_file = lock_store(options.store)
        self.log_path = os.path.join(options.store, "logs", "kwbase.log")
        os.makedirs(os.path.dirname(self.log_path), exist_ok=True)
        certs = options.certs_dir
        if certs is None and not options.insecure:
            raise StartFailed("no --certs-dir given, and not --insecure")
        self.context = None if certs is None else server_context(certs)
        self.listener = listen(address_of(options.listen_addr, 26257))
        advertise = options.advertise_addr or options.listen_addr
        host, port = address_of(advertise, 26257)
        address = "%s:%d" % (host if host != "0.0.0.0" else socket.gethostname(), port or self.listener.getsockname()[1])
        self.state = State(options.store)
        join = [each for text in options.join or [] for each in text.split(",")]
        node = None if certs is None else node_context(certs)
        self.cluster = Cluster(self.state, options.mode, address, join, node, options.external_io_dir)
        self.stop_asked = threading.Event()

    def reload_certificates(self):
        """All of them or none (certificate_manager.go): what is unusable leaves the ones before in use."""
        if self.context is None:
            return
        certs = self.options.certs_dir
        try:
            context, node = server_context(certs), node_context(certs)
        except (ssl.SSLError, OSError) as error:
            self.log("could not reload certificates: %s" % error)
            return
        self.context, self.cluster.context = context, node
        self.log("successfully reloaded certificates")

    def log(self, text):
        with open(self.log_path, "a", encoding="utf-8") as file:
            file.write("I%s %s\n" % (time.strftime("%y%m%d %H:%M:%S", time.gmtime()), text))

    def run(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop_asked.set())
        # As any process of Go that asks for it: without certificates it only flushes its log.
        signal.signal(signal.SIGHUP, lambda *_: self.reload_certificates())
        self.extra_ports()
        self.state.open_engine()
        self.cluster.start()
        threading.Thread(target=self.state.engine.run_timer, daemon=True).start()
        threading.Thread(target=self.accept_forever, daemon=True).start()
        self.log("node starting: %s, sql on %s:%d" % ((self.options.mode,) + self.listener.getsockname()[:2]))
        print("the lab's stand-in for KWDB, %s: sql on %s:%d" % ((labconf.version(),) + self.listener.getsockname()[:2]), flush=True)
        # Python runs its handlers in this thread, which a signal that another one took does not wake.
        while not self.stop_asked.wait(0.5):
            pass
        return self.stop()

    def stop(self):
        """Flushes at once, and keeps the store locked for about as long as KWDB was seen to."""
        began = time.monotonic()
        self.log("initiating graceful shutdown of server")
        self.cluster.stopping.set()
        self.listener.close()
        with self.state.lock:
            self.state.engine.close()
            while time.monotonic() - began < labconf.number("stop_seconds"):
                time.sleep(0.05)
            self.log("server drained and shutdown completed")
            # Threads of clients may hold connections: nothing of theirs is left to be written.
            os._exit(0)

    def extra_ports(self):
        """HTTP answers /health; the port of brpc is open and says nothing."""
        server = http.server.ThreadingHTTPServer(address_of(self.options.http_addr, 8080), health_handler(self.cluster))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.brpc = listen(address_of(self.options.brpc_addr, 27257))

    def accept_forever(self):
        while not self.stop_asked.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            kind, stream, parameters, peer = pgwire.accept(connection, self.context)
            self.serve_rpc(stream, peer) if kind == "rpc" else self.serve_sql(stream, parameters, peer)
        except (EOFError, OSError, pgwire.Refused):
            pass
        finally:
            connection.close()

    def serve_rpc(self, stream, peer):
        if self.context is not None and peer not in ("node", "root"):
            return
        try:
            request = json.loads(stream.line())
            if request["do"] == "quit":
                self.stop_asked.set()
                answer = {}
            else:
                answer = self.cluster.handle(request)
        except SqlError as error:
            answer = {"refused": [error.message, error.code, error.detail, error.hint]}
        stream.connection.sendall(json.dumps(answer).encode() + b"\n")

    def serve_sql(self, stream, parameters, peer):
        user = parameters.get("user", "root")
        self.authenticate(stream, user, peer)
        if not self.cluster.ready.wait(0 if self.cluster.node_id is None else 60):
            pgwire.refuse(stream, "node is waiting for `kwbase init` or for the other nodes", "57P03")
        session = Session(self.state, self.cluster, parameters.get("database"), user)
        pgwire.greet(stream, labconf.version())
        while True:
            kind, body = stream.message()
            if kind == b"X":
                return
            if kind == b"Q":
                self.answer(stream, session, body.rstrip(b"\0").decode())
            else:
                pgwire.send_error(stream, SqlError("the lab's stand-in for KWDB takes simple queries only", "0A000"))
            pgwire.ready(stream, session.in_transaction)

    def answer(self, stream, session, text):
        try:
            for statement in split_statements(text):
                try:
                    result = session.execute(statement)
                except SqlError:
                    for notice in session.notices:
                        pgwire.send_notice(stream, notice)
                    raise
                pgwire.send_result(stream, result)
        except SqlError as error:
            pgwire.send_error(stream, error)
        except Exception as error:  # A mistake of the stand-in itself: said, and the session goes on.
            self.log("internal error: %r in %s" % (error, text))
            pgwire.send_error(stream, SqlError("internal error of the lab's stand-in: %r" % error, "XX000"))

    def authenticate(self, stream, user, peer):
        if self.context is None or peer == user:
            return
        if peer is not None:
            pgwire.refuse(stream, "requested user %s is not authorized for certificate of %s" % (user, peer), "28000")
        given = pgwire.ask_password(stream)
        with self.state.lock:
            row = self.state.db.execute("SELECT password FROM rel.users WHERE name = ?", (user,)).fetchone()
        if row is None or row[0] is None or row[0] != given:
            pgwire.refuse(stream, "password authentication failed for user %s" % user, "28P01")


def listen(address):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        raise StartFailed("listen tcp %s:%d: bind: %s" % (address + (error.strerror.lower(),))) from None
    listener.listen(128)
    return listener


def health_handler(cluster):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            known = self.path.split("?")[0] in ("/health", "/_admin/v1/health")
            code = 404 if not known else 200 if cluster.ready.is_set() or "ready" not in self.path else 503
            self.send_response(code)
            self.end_headers()
            self.wfile.write(b"{}\n")

        def log_message(self, *_):
            pass

    return Handler


def main(options):
    try:
        server = Server(options)
        return server.run()
    except (StartFailed, OSError) as error:
        print("ERROR: %s\nFailed running \"%s\"" % (error, options.mode), file=sys.stderr)
        return 1
