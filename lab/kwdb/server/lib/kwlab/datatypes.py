"""Types of columns: the names KWDB keeps them under, what a value is stored as, and how it is printed."""

import datetime
import decimal
import re

from .errors import SqlError

ALIASES = {
    "INT": "INT4", "INTEGER": "INT4", "INT4": "INT4", "INT2": "INT2", "SMALLINT": "INT2", "TINYINT": "INT1", "INT1": "INT1",
    "INT8": "INT8", "BIGINT": "INT8", "INT64": "INT8", "SERIAL": "INT8",
    "FLOAT": "FLOAT8", "FLOAT8": "FLOAT8", "DOUBLE": "FLOAT8", "FLOAT4": "FLOAT4", "REAL": "FLOAT4",
    "DECIMAL": "DECIMAL", "NUMERIC": "DECIMAL", "DEC": "DECIMAL", "BOOL": "BOOL", "BOOLEAN": "BOOL",
    "STRING": "STRING", "TEXT": "STRING", "VARCHAR": "VARCHAR", "CHAR": "CHAR", "NCHAR": "NCHAR", "NVARCHAR": "NVARCHAR",
    "BYTES": "BYTES", "BYTEA": "BYTES", "BLOB": "BYTES", "VARBYTES": "VARBYTES", "TIMESTAMP": "TIMESTAMP", "TIMESTAMPTZ": "TIMESTAMPTZ",
    "DATE": "DATE", "INTERVAL": "INTERVAL", "UUID": "UUID", "JSONB": "JSONB", "JSON": "JSONB",
}  # fmt: skip
RANGES = {"INT1": 8, "INT2": 16, "INT4": 32, "INT8": 64}
AFFINITY = {"INT1": "INTEGER", "INT2": "INTEGER", "INT4": "INTEGER", "INT8": "INTEGER", "FLOAT4": "REAL", "FLOAT8": "REAL"}
BINARY = ("BYTES", "VARBYTES")


def parse_type(cursor, time_series):
    """A type name as KWDB keeps it: INT is INT4, and the timestamps of time-series tables are TIMESTAMPTZ(3)."""
    token = cursor.peek()
    word = cursor.name().upper()
    base = ALIASES.get(word)
    if base is None:
        raise SqlError('type "%s" does not exist' % word.lower(), "42704")
    if word == "DOUBLE":
        cursor.take("PRECISION")
    size = ""
    if cursor.sees("("):
        size = "(%s)" % ",".join(part.text for part in cursor.group() if part.text != ",")
    if time_series and base in ("TIMESTAMP", "TIMESTAMPTZ"):
        return "TIMESTAMPTZ" + (size or "(3)")
    if time_series and base == "CHAR" and token is not None and not size:
        size = "(1)"
    return base + size


def base_of(kind):
    return kind.split("(")[0]


def affinity(kind):
    base = base_of(kind)
    return AFFINITY.get(base, "NUMERIC" if base == "DECIMAL" else "BLOB" if base in BINARY else "INTEGER" if base == "BOOL" else "TEXT")


def store(value, kind, column):
    """What is put into the row: refused where KWDB's type does not hold it."""
    if value is None:
        return None
    base = base_of(kind)
    try:
        if base in RANGES:
            number = int(value)
            if not -(1 << (RANGES[base] - 1)) <= number < 1 << (RANGES[base] - 1):
                raise SqlError('integer out of range for type %s (column "%s")' % (base.lower(), column), "22003")
            return number
        if base in ("FLOAT8", "FLOAT4"):
            return float(value)
        if base == "DECIMAL":
            return float(scaled(value, kind))
        if base == "BOOL":
            return {"true": 1, "t": 1, "1": 1, "on": 1, "yes": 1, "false": 0, "f": 0, "0": 0, "off": 0, "no": 0}[str(value).lower()]
        if base in ("TIMESTAMP", "TIMESTAMPTZ"):
            return timestamp(value)
        if base in BINARY:
            return binary(value)
    except (ValueError, KeyError, ArithmeticError):
        raise SqlError('could not parse "%s" as type %s' % (value, base.lower()), "22P02") from None
    return text(value, kind, column)


def text(value, kind, column):
    written = str(value)
    size = re.search(r"\((\d+)\)", kind)
    if size is not None and len(written) > int(size.group(1)):
        raise SqlError('value too long for type %s (column "%s")' % (kind, column), "22001")
    return written


def binary(value):
    if isinstance(value, bytes):
        return value
    written = str(value)
    return bytes.fromhex(written[2:]) if written.startswith("\\x") else written.encode()


def scaled(value, kind):
    number = decimal.Decimal(str(value))
    scale = re.search(r",\s*(\d+)\)", kind)
    return number if scale is None else number.quantize(decimal.Decimal(1).scaleb(-int(scale.group(1))))


def timestamp(value):
    """Kept as text without zone and without trailing zeros: so comparisons by text are comparisons in time."""
    if isinstance(value, (int, float)) or re.fullmatch(r"-?\d+", str(value)):
        moment = datetime.datetime.fromtimestamp(int(value) / 1000, datetime.timezone.utc)
    else:
        moment = datetime.datetime.fromisoformat(str(value).strip().replace("Z", "+00:00"))
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.timezone.utc)
    written = moment.strftime("%Y-%m-%d %H:%M:%S")
    return written + (".%06d" % moment.microsecond).rstrip("0").rstrip(".") if moment.microsecond else written


def show(value, kind=None):
    """A value as the client prints it; None stays None."""
    if value is None:
        return None
    base = base_of(kind) if kind else None
    if base == "BOOL":
        return "true" if value else "false"
    if base == "DECIMAL":
        return str(scaled(value, kind))
    if base == "TIMESTAMPTZ" or base == "TIMESTAMP":
        return value + "+00:00"
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, float):
        return number_text(value)
    return str(value)


def number_text(value):
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
