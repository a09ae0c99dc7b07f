"""license.dat of the lab: plain text, `key=value` lines, of which only `expires` counts (a date YYYY-MM-DD, or `never`).

Looked for where KingbaseES does: <bin>/license.dat, then <bin>/../../license.dat (beside the kingbase directory).
The real file is signed and bound to a product; none of that is imitated.
"""

import datetime
import os

from . import layout


class Licence:
    def __init__(self, path, text):
        self.path = path
        self.text = text

    def days_left(self, today=None):
        """None: without end."""
        if self.text == "never":
            return None
        return (datetime.date.fromisoformat(self.text) - (today or datetime.date.today())).days


def find(bin_directory=None):
    bin_directory = bin_directory or layout.BIN
    for path in (
        os.path.join(bin_directory, "license.dat"),
        os.path.join(bin_directory, "..", "..", "license.dat"),
    ):
        if os.path.exists(path):
            return Licence(os.path.abspath(path), parse(path))
    return None


def parse(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            key, mark, value = line.partition("=")
            if mark and key.strip() == "expires":
                value = value.strip()
                if value != "never":
                    datetime.date.fromisoformat(value)
                return value
    raise ValueError("no line expires=YYYY-MM-DD in it")


def refusal(bin_directory=None, today=None):
    """Why the server must not start, or None."""
    try:
        licence = find(bin_directory)
    except ValueError as problem:
        return "invalid license: license.dat: %s" % problem
    if licence is None:
        return "License file is not found: no license.dat in %s nor beside its kingbase directory" % (bin_directory or layout.BIN)
    left = licence.days_left(today)
    if left is not None and left < 0:
        return "license expired on %s (%s)" % (licence.text, licence.path)
    return None
