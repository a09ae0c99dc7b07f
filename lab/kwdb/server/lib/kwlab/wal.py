"""One directory of write-ahead log: kwdb_wal.cur (live), .chk (during a checkpoint), .tmp (the next .cur being built), .meta (28 bytes of LSNs).

The names and their life are KWDB's, the bytes inside are the stand-in's own: length, CRC-32 and JSON per record.
"""

import json
import os
import struct
import zlib

MAGIC = b"KWLABWAL"
HEAD = struct.Struct("<II")
META = struct.Struct("<QQQI")


class Damaged(Exception):
    pass


class WalGroup:
    def __init__(self, directory):
        self.directory = directory
        self.file = None

    def path(self, suffix):
        return os.path.join(self.directory, "kwdb_wal." + suffix)

    def exists(self, suffix):
        return os.path.exists(self.path(suffix))

    def recover(self):
        """The records that were not flushed, oldest first; raises Damaged where they cannot be read in full."""
        if self.exists("tmp"):
            # A switch of files was cut.
            os.remove(self.path("tmp"))
            if self.exists("chk"):
                os.replace(self.path("chk"), self.path("cur"))
        if not self.exists("meta"):
            raise Damaged("Failed to open the WAL metadata. Now Reset WAL File.")
        with open(self.path("meta"), "rb") as file:
            self.check_meta(file.read())
        records = []
        for suffix in ("chk", "cur"):
            if self.exists(suffix):
                with open(self.path(suffix), "rb") as file:
                    records += self.parse(file.read())
            elif suffix == "cur":
                raise Damaged("Failed to initialize the WAL buffer with LSN 0, Now reset wal file.")
        return records

    def check_meta(self, data):
        if len(data) != META.size or META.unpack(data)[3] != zlib.crc32(data[:24]):
            raise Damaged("Failed to open the WAL metadata. Now Reset WAL File.")

    def parse(self, data):
        if data[: len(MAGIC)] != MAGIC:
            raise Damaged("Failed to initialize the WAL buffer with LSN 0, Now reset wal file.")
        records, at = [], len(MAGIC)
        while at < len(data):
            head = data[at : at + HEAD.size]
            if len(head) < HEAD.size:
                # The write that a crash cut short: nobody was told that it succeeded.
                break
            length, crc = HEAD.unpack(head)
            payload = data[at + HEAD.size : at + HEAD.size + length]
            if len(payload) < length and at + HEAD.size + length < len(data) + (1 << 20):
                break
            # Bytes of zero have a checksum of zero, and are no record.
            if length == 0 or zlib.crc32(payload) != crc:
                raise Damaged("Failed to ReadWALLogFromLastCheckpoint, Now reset WAL.")
            records.append(json.loads(payload))
            at += HEAD.size + length
        return records

    def start(self):
        """Empties the group and opens a new live file."""
        os.makedirs(self.directory, exist_ok=True)
        if self.file is not None:
            self.file.close()
        for suffix in ("chk", "tmp"):
            if self.exists(suffix):
                os.remove(self.path(suffix))
        self.file = self.new_file("cur")
        self.write_meta(0, sync=False)

    def go_on(self):
        """Opens the live file as it is, for a node that appends to what is there."""
        self.file = open(self.path("cur"), "ab")

    def new_file(self, suffix):
        file = open(self.path(suffix), "wb")
        file.write(MAGIC)
        file.flush()
        return file

    def append(self, record, sync):
        payload = json.dumps(record, separators=(",", ":")).encode()
        self.file.write(HEAD.pack(len(payload), zlib.crc32(payload)) + payload)
        self.file.flush()
        if sync:
            os.fsync(self.file.fileno())
        self.write_meta(record["lsn"], sync)

    def write_meta(self, lsn, sync):
        body = struct.pack("<QQQ", lsn, 0, 0)
        with open(self.path("meta"), "wb") as file:
            file.write(body + struct.pack("<I", zlib.crc32(body)))
            file.flush()
            if sync:
                os.fsync(file.fileno())

    def switch(self, pause):
        """The live file becomes the checkpoint's; the next one is built beside and renamed."""
        new = self.new_file("tmp")
        os.replace(self.path("cur"), self.path("chk"))
        pause()
        os.replace(self.path("tmp"), self.path("cur"))
        self.file.close()
        self.file = new

    def drop_checkpoint_file(self):
        if self.exists("chk"):
            os.remove(self.path("chk"))
