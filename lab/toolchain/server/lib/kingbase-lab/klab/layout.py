"""Where things are: the prefix (found from the calling program's own path), PostgreSQL's programs, the shadow directory."""

import glob
import hashlib
import os
import pwd
import sys

LIB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PREFIX = os.path.dirname(os.path.dirname(LIB))
BIN = os.path.join(PREFIX, "bin")
SHIMS = os.path.join(LIB, "shims")


def version():
    """What the programs call themselves; share/version of the prefix, so that a lab of V9 can say so."""
    with open(os.path.join(PREFIX, "share", "version"), encoding="utf-8") as file:
        return file.read().strip()


def originals():
    """Directory of PostgreSQL's own programs (Debian: /usr/lib/postgresql/15/bin)."""
    given = os.environ.get("KINGBASE_LAB_PG_BIN")
    if given:
        return given
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"))
    if not found:
        sys.exit("kingbase-lab: no PostgreSQL under /usr/lib/postgresql: install postgresql-15 on this host")
    return os.path.dirname(found[-1])


def original(program):
    return os.path.join(originals(), program)


def server_binary():
    """(executable, title) of the server: the renamed copy made by install.sh, shown as <bin>/kingbase; else PostgreSQL's own as itself,
    because it finds its libraries from its title."""
    renamed = "/opt/kingbase-lab/libexec/kingbase"
    if os.access(renamed, os.X_OK):
        return renamed, os.path.join(BIN, "kingbase")
    return original("postgres"), original("postgres")


def home():
    """Home of the user we run as, from the user database: sudo and cron leave HOME unset or wrong."""
    return pwd.getpwuid(os.getuid()).pw_dir


def password_file():
    return os.environ.get("KINGBASE_PASSFILE") or os.path.join(home(), ".kbpass")


def shadow_directory(path):
    """Where the translated copies for `path` (a data directory or a repmgr.conf) live; the same path gives the same name on every node."""
    base = os.environ.get("KINGBASE_LAB_RUN", "/run/kingbase-lab")
    try:
        os.makedirs(base, mode=0o1777, exist_ok=True)
    except PermissionError:
        base = "/tmp/kingbase-lab-%d" % os.getuid()
        os.makedirs(base, mode=0o700, exist_ok=True)
    name = hashlib.sha1(os.path.abspath(path).encode()).hexdigest()[:12]
    directory = os.path.join(base, name)
    os.makedirs(directory, mode=0o755, exist_ok=True)
    return directory


RENAMED_ENVIRONMENT = {
    "KINGBASE_PASSWORD": "PGPASSWORD",
    "KINGBASE_PORT": "PGPORT",
    "KINGBASE_USER": "PGUSER",
    "KINGBASE_HOST": "PGHOST",
    "KINGBASE_DATABASE": "PGDATABASE",
    "KINGBASE_DATA": "PGDATA",
}


def environment():
    """Environment for PostgreSQL's programs: Kingbase's variables, password file, port and socket directory under their original names."""
    env = dict(os.environ)
    for kingbase, upstream in RENAMED_ENVIRONMENT.items():
        if kingbase in env:
            env[upstream] = env[kingbase]
    env["PGPASSFILE"] = password_file()
    env.setdefault("PGPORT", "54321")
    env.setdefault("PGHOST", "/tmp")
    env.setdefault("PG_COLOR", "never")
    env["HOME"] = home()
    return env


def run(path, title, arguments, extra_environment=None):
    """Replaces this process by `path`, shown in the process list as `title` followed by the arguments."""
    env = environment()
    env.update(extra_environment or {})
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(path, [title] + list(arguments), env)


def run_renamed(upstream, arguments):
    """A client program that needs nothing but another name."""
    run(original(upstream), original(upstream), arguments)


def print_version_and_exit(name, arguments):
    """Kingbase's programs print Kingbase's version; the lab says what it really is beside it."""
    if any(argument in ("-V", "--version") for argument in arguments[:1]):
        print("%s (KingbaseES) %s" % (name, version()))
        sys.exit(0)
