"""The time-series engine's write path: rows in memory, write-ahead log by level, checkpoints on an interval, recovery at start.

What is measured on KWDB and holds here: the engine boots at level 2 whatever it was told; a level is taken over at a change of settings or a
DDL only; 0 writes no log and loses unflushed rows at a crash, 1 syncs each insert, any other level writes without sync; damaged or missing
log is reset, said in TsEngine.log, and the node starts. Not covered: memory limits, power cuts (the page cache is this machine's), vacuum.
"""

import datetime
import os
import sqlite3
import threading
import time
import zlib

from . import labconf
from .wal import Damaged, WalGroup

BOOT_LEVEL = 2
OFF, SYNC = 0, 1
VGROUPS = ["vg_001", "vg_002", "vg_003", "vg_004"]


class EngineLog:
    def __init__(self, path):
        self.path = path
        os.makedirs(os.path.dirname(path), exist_ok=True)

    def write(self, severity, text):
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%y%m%d %H:%M:%S.%f")
        with open(self.path, "a", encoding="utf-8") as file:
            file.write("%s%s %d ts_engine.cpp %s\n" % (severity, stamp, os.getpid(), text))


class Engine:
    """db: the connection whose main schema is the engine's memory. lock: held by whoever uses it."""

    def __init__(self, store, db, lock):
        self.db, self.lock = db, lock
        self.tsdb = os.path.join(store, "tsdb")
        self.data = os.path.join(self.tsdb, "data.db")
        self.log = EngineLog(os.path.join(store, "logs", "TsEngine.log"))
        self.level = BOOT_LEVEL
        self.interval = 60.0
        self.lsn = 1
        self.dirty = False
        self.stopping = threading.Event()
        self.groups = {name: WalGroup(os.path.join(self.tsdb, "wal", name)) for name in ["engine", "ddl"] + VGROUPS}
        self.link_vgroups(store)

    def link_vgroups(self, store):
        """ts-vgroup.cfg (lines `id,dir`) puts the logs of the vgroups on other disks, behind symbolic links."""
        try:
            with open(os.path.join(store, "ts-vgroup.cfg"), encoding="utf-8") as file:
                lines = [line.strip().split(",", 1) for line in file if "," in line]
        except FileNotFoundError:
            return
        os.makedirs(os.path.join(self.tsdb, "wal"), exist_ok=True)
        for number, directory in lines if len(lines) == len(VGROUPS) else []:
            name = "vg_%03d" % int(number)
            link, target = os.path.join(self.tsdb, "wal", name), os.path.join(directory, "wal", name)
            os.makedirs(target, exist_ok=True)
            if not os.path.lexists(link):
                os.symlink(target, link)

    # Start and recovery ---------------------------------------------------------------------------------------------

    def open(self, tables):
        """tables: physical name -> CREATE TABLE, from the catalogue. Flushed rows first, then what the log has beyond them."""
        self.log.write("I", "TS engine WAL level is: %d" % self.level)
        known = os.path.exists(self.data)
        if known:
            source = sqlite3.connect(self.data)
            source.backup(self.db)
            source.close()
        present = {row[0] for row in self.db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
        for name in present - set(tables):
            self.db.execute('DROP TABLE main."%s"' % name)
        for name, create in tables.items():
            if name not in present:
                self.db.execute(create)
                self.dirty = True
        if known:
            self.recover(set(tables))
        # To disk before the log is emptied: a second crash must not cost what the first did not.
        self.flush()
        for group in self.groups.values():
            group.start()

    def recover(self, tables):
        self.log.write("I", "Recover start.")
        records = []
        if not os.path.isdir(os.path.join(self.tsdb, "wal")):
            self.log.write("E", "Failed to SortWALFile.Now Reset ALL WAL.")
        else:
            for name, group in self.groups.items():
                records += self.recover_group(name, group)
        for record in sorted((each for each in records if "table" in each), key=lambda each: each["lsn"]):
            self.lsn = max(self.lsn, record["lsn"] + 1)
            if record["table"] in tables:
                self.execute(record)
                self.dirty = True
        self.log.write("I", "Recover success.")

    def recover_group(self, name, group):
        try:
            return group.recover()
        except Damaged as error:
            text = str(error)
            if "ReadWALLog" in text and name.startswith("vg_"):
                text = "Failed to ReadWALLogFromLastCheckpoint from vgroup : %d, Now reset WAL." % int(name[3:])
            self.log.write("E", "%s (%s)" % (text, name))
            return []

    # Writing --------------------------------------------------------------------------------------------------------

    def write(self, table, sql, rows, use_wal=True, key=None):
        """rows: argument lists for sql; key: index of the primary tag, which decides the vgroup."""
        if self.level != OFF and use_wal:
            for name, part in self.by_vgroup(rows, key).items():
                self.append(name, {"table": table, "sql": sql, "rows": [[encode(value) for value in row] for row in part]})
                # KWDB was seen to sync the log twice for an insert: its end is a record, too.
                self.append(name, {"end": True})
        self.db.executemany(sql, rows)
        self.dirty = True

    def by_vgroup(self, rows, key):
        parts = {}
        for row in rows:
            index = 0 if key is None else zlib.crc32(repr(row[key]).encode()) % len(VGROUPS)
            parts.setdefault(VGROUPS[index], []).append(row)
        return parts

    def append(self, name, record):
        record["lsn"] = self.lsn
        self.lsn += 1
        self.groups[name].append(record, sync=self.level == SYNC)

    def execute(self, record):
        self.db.executemany(record["sql"], [[decode(value) for value in row] for row in record["rows"]])

    def ddl(self, sql):
        """Schema changes are logged at every level, and synced at level 1 only."""
        self.append("ddl", {"ddl": sql})
        self.db.execute(sql)
        self.dirty = True

    # Checkpoints ----------------------------------------------------------------------------------------------------

    def checkpoint(self):
        """True where it came to its end."""
        self.log.write("I", "WAL Checkpoint Start.")
        pause = labconf.number("checkpoint_seconds")
        switched = ["engine"] + VGROUPS
        for name in switched:
            if not self.groups[name].exists("chk"):
                self.groups[name].switch(lambda: time.sleep(pause / 2 / len(switched)))
        if labconf.read("checkpoint_fails") == "1":
            self.log.write("E", "Failed to flush vgroups, the checkpoint is left undone.")
            return False
        time.sleep(pause / 2)
        self.flush()
        self.append("engine", {"end_checkpoint": True})
        for name in VGROUPS + ["engine"]:
            self.groups[name].drop_checkpoint_file()
        self.log.write("I", "WAL Checkpoint Complete.")
        return True

    def flush(self):
        """All rows to disk: written beside and renamed, so that a crash leaves the old or the new."""
        if os.path.exists(self.data) and not self.dirty:
            return
        os.makedirs(self.tsdb, exist_ok=True)
        new = self.data + ".new"
        if os.path.exists(new):
            os.remove(new)
        target = sqlite3.connect(new)
        self.db.backup(target)
        target.close()
        os.replace(new, self.data)
        self.dirty = False

    def run_timer(self):
        """The interval is read when the running timer fires, as in KWDB: a new one waits for the end of the old. 0 means no pause at all."""
        while True:
            interval = self.interval
            if interval > 0:
                if self.stopping.wait(interval):
                    return
            elif self.stopping.is_set():
                return
            with self.lock:
                if not self.stopping.is_set():
                    self.checkpoint()

    def update_level(self, value):
        """Any number is taken, in eight bits; a checkpoint comes first, and where it fails the level stays."""
        level = value & 0xFF
        if level == self.level:
            return
        if not self.checkpoint():
            self.log.write("E", "Failed to CreateCheckpoint while UpdateSetting.")
            return
        self.level = level
        self.log.write("I", "update wal level to %d" % level)

    def close(self):
        """In order: everything is flushed, at level 0, too."""
        self.stopping.set()
        self.checkpoint()
        self.dirty = True
        self.flush()


def encode(value):
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def decode(value):
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
