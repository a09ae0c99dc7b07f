"""kwbase's command line: start, init, quit, sql, node, cert."""

import argparse
import os
import sys

from . import labconf, pgwire, printing
from .errors import NO_CODE, SqlError


def main(words):
    options = parser().parse_args(words)
    try:
        return options.act(options) or 0
    except SqlError as error:
        print_error(error, options.command)
    except pgwire.ConnectionFailed as error:
        print("ERROR: cannot dial server.\nIs the server running?\nIf the server is running, check --host client-side and --advertise server-side.\n\n%s" % error, file=sys.stderr)
        print('Failed running "%s"' % options.command, file=sys.stderr)
    return 1


def print_error(error, command):
    print("ERROR: %s" % error.message, file=sys.stderr)
    if error.code != NO_CODE:
        print("SQLSTATE: %s" % error.code, file=sys.stderr)
    if error.detail:
        print("DETAIL: %s" % error.detail, file=sys.stderr)
    if error.hint:
        print("HINT: %s" % error.hint, file=sys.stderr)
    print('Failed running "%s"' % command, file=sys.stderr)


def parser():
    root = argparse.ArgumentParser(prog="kwbase", description="The lab's stand-in for KWDB's kwbase.")
    commands = root.add_subparsers(dest="command", required=True)
    for mode in ("start-single-node", "start", "start-single-replica"):
        add_start(commands.add_parser(mode), mode)
    sql = client(commands, "sql", run_sql)
    sql.add_argument("-e", "--execute", action="append", default=[])
    sql.add_argument("-d", "--database", default="defaultdb")
    sql.add_argument("-u", "--user", default="root")
    sql.add_argument("--format", default=None)
    sql.add_argument("--set", action="append", default=[])
    client(commands, "init", run_init)
    client(commands, "quit", run_quit)
    add_node(commands)
    add_cert(commands)
    commands.add_parser("version").set_defaults(act=lambda options: print("KaiwuDB Version:  %s" % labconf.version()))
    return root


def add_start(start, mode):
    start.set_defaults(act=run_start, mode=mode)
    for name in ("advertise-addr", "certs-dir", "external-io-dir", "locality"):
        start.add_argument("--" + name)
    start.add_argument("--listen-addr", default="0.0.0.0:26257")
    start.add_argument("--http-addr", default="0.0.0.0:8080")
    start.add_argument("--brpc-addr", default="0.0.0.0:27257")
    start.add_argument("--store", default="kwbase-data", type=lambda text: text.split("path=")[-1].split(",")[0])
    start.add_argument("--join", action="append")
    for name in ("cache", "max-sql-memory", "max-offset"):
        start.add_argument("--" + name)
    start.add_argument("--insecure", action="store_true")


def run_start(options):
    # Only the daemon needs all of it: a statement should not wait for its loading.
    from . import server

    return server.main(options)


def client(commands, name, act):
    one = commands.add_parser(name)
    one.set_defaults(act=act)
    one.add_argument("--host", default=os.environ.get("KWBASE_HOST", "localhost:26257"))
    one.add_argument("--insecure", action="store_true")
    one.add_argument("--certs-dir")
    return one


def context_of(options, user="root"):
    if options.insecure:
        return None
    certs = options.certs_dir
    if certs is None:
        raise SqlError("cannot load certificates.\nCheck your certificate settings, set --certs-dir, or use --insecure for insecure clusters.")
    try:
        return pgwire.client_context(certs, user)
    except OSError as error:
        raise SqlError("cannot load certificates: %s" % error) from None


def host_of(options):
    return options.host if ":" in options.host else options.host + ":26257"


def ask(options, request, timeout=30):
    return pgwire.rpc(host_of(options), request, context_of(options), timeout)


# sql --------------------------------------------------------------------------------------------------------------------


def run_sql(options):
    statements = options.execute or [sys.stdin.read()]
    form = options.format or "tsv"
    if form not in printing.FORMATS:
        raise SqlError("the lab's stand-in prints %s, not %s" % (", ".join(printing.FORMATS), form))
    session = pgwire.Client(host_of(options), options.user, options.database, context_of(options, options.user), os.environ.get("KWBASE_PASSWORD"))
    for text in statements:
        for columns, rows, tag in session.query(text, notice):
            sys.stdout.write(printing.FORMATS[form](columns, rows) if columns is not None else printing.tag(tag))
            sys.stdout.flush()
    return 0


def notice(text):
    print("NOTICE: %s" % text, file=sys.stderr)


# node, init, quit -------------------------------------------------------------------------------------------------------


def run_init(options):
    ask(options, {"do": "init"})
    print("Cluster successfully initialized")


def run_quit(options):
    ask(options, {"do": "quit"})
    print("initiating graceful shutdown of server\nok")


def add_node(commands):
    node = commands.add_parser("node").add_subparsers(dest="act_name", required=True)
    for name in ("ls", "status", "decommission", "recommission", "drain"):
        one = client(node, name, run_node)
        one.add_argument("ids", nargs="*", type=int)
        one.add_argument("--format", default="tsv")
        one.add_argument("--wait", default="all", choices=["all", "none"])
        for flag in ("ranges", "stats", "decommission", "all"):
            one.add_argument("--" + flag, action="store_true")


def run_node(options):
    act = options.act_name
    if act == "drain":
        raise SqlError("the lab's stand-in does not cover node drain")
    if act in ("decommission", "recommission"):
        nodes = ask(options, {"do": "decommission", "ids": options.ids, "on": act == "decommission"})["nodes"]
    else:
        nodes = ask(options, {"do": "status"})["nodes"]
    wanted = [node for node in nodes if not options.ids or node["id"] in options.ids]
    columns, rows = printing.nodes(wanted, act, options.decommission or options.all)
    sys.stdout.write(printing.FORMATS[options.format](columns, rows))


# cert -------------------------------------------------------------------------------------------------------------------


def add_cert(commands):
    cert = commands.add_parser("cert").add_subparsers(dest="act_name", required=True)
    for name in ("create-ca", "create-node", "create-client"):
        one = cert.add_parser(name)
        one.set_defaults(act=run_cert)
        one.add_argument("names", nargs="*")
        one.add_argument("--certs-dir", required=True)
        one.add_argument("--ca-key", required=True)
        for flag in ("allow-ca-key-reuse", "overwrite"):
            one.add_argument("--" + flag, action="store_true")


def run_cert(options):
    """Made by openssl, which is on every node."""
    certs, key = options.certs_dir, options.ca_key
    os.makedirs(certs, mode=0o700, exist_ok=True)
    if options.act_name == "create-ca":
        if os.path.exists(key) and not options.allow_ca_key_reuse:
            raise SqlError("failed to generate CA cert and key: CA key %s exists, but key reuse is disabled" % key)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/O=KaiwuDB/CN=KaiwuDB CA", "-keyout", key, "-out", "%s/ca.crt" % certs)
        return
    if options.act_name == "create-node":
        if not options.names:
            raise SqlError("create-node requires at least one host name or address, none was specified")
        kinds = [("IP:" if name.replace(".", "").isdigit() or ":" in name else "DNS:") + name for name in options.names]
        sign(options, "node", "node", "subjectAltName=%s" % ",".join(["DNS:node"] + kinds))
        return
    for name in options.names:
        sign(options, "client.%s" % name, name, "subjectAltName=DNS:%s" % name)


def sign(options, stem, common, extension):
    base = os.path.join(options.certs_dir, stem)
    if os.path.exists(base + ".crt") and not options.overwrite:
        raise SqlError("failed to generate certificate and key: %s.crt: file exists" % base)
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/O=KaiwuDB/CN=%s" % common, "-keyout", base + ".key", "-out", base + ".csr")
    with open(base + ".ext", "w", encoding="utf-8") as file:
        file.write(extension + "\n")
    ca = ["-CA", os.path.join(options.certs_dir, "ca.crt"), "-CAkey", options.ca_key, "-CAcreateserial"]
    openssl("x509", "-req", "-days", "1825", "-in", base + ".csr", *ca, "-extfile", base + ".ext", "-out", base + ".crt")
    for suffix in (".csr", ".ext"):
        os.remove(base + suffix)
    os.chmod(base + ".key", 0o600)


def openssl(*words):
    import subprocess

    done = subprocess.run(["openssl", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise SqlError("openssl %s: %s" % (words[0], done.stderr.strip()))
