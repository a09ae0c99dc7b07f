"""How `kwbase sql` and `kwbase node` print rows."""

import datetime


def tag(text):
    """INSERT 0 3 of the wire is printed as INSERT 3."""
    words = text.split()
    return "%s\n" % (" ".join([words[0], words[2]]) if len(words) == 3 and words[0] == "INSERT" and words[1] == "0" else text)


def separated(delimiter):
    def field(value):
        text = "NULL" if value is None else value
        if any(each in text for each in (delimiter, '"', "\n", "\r")) or text[:1].isspace():
            return '"%s"' % text.replace('"', '""')
        return text

    return lambda columns, rows: "".join(delimiter.join(map(field, row)) + "\n" for row in [columns] + rows)


def table(columns, rows):
    cells = [[("NULL" if value is None else value) for value in row] for row in rows]
    widths = [max(len(row[at]) for row in [columns] + cells) for at in range(len(columns))]
    line = lambda row: "  " + " | ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip() + "\n"
    rule = "-" + "-+-".join("-" * (width + (1 if at in (0, len(widths) - 1) else 0)) for at, width in enumerate(widths)) + "\n"
    return line(columns) + rule + "".join(map(line, cells)) + "(%d row%s)\n" % (len(rows), "" if len(rows) == 1 else "s")


def records(columns, rows):
    width = max(map(len, columns), default=0)
    text = ""
    for number, row in enumerate(rows):
        text += "-[ RECORD %d ]\n" % (number + 1)
        text += "".join("%s | %s\n" % (name.ljust(width), "NULL" if value is None else value) for name, value in zip(columns, row))
    return text


def raw(columns, rows):
    text = "# %d columns\n" % len(columns)
    for number, row in enumerate(rows):
        text += "# row %d\n" % (number + 1)
        text += "".join("## %d\n%s\n" % (len(value or "NULL"), value or "NULL") for value in row)
    return text + "# %d row%s\n" % (len(rows), "" if len(rows) == 1 else "s")


def page(columns, rows):
    import html

    line = lambda row, cell: "<tr>%s</tr>\n" % "".join("<%s>%s</%s>" % (cell, html.escape("NULL" if value is None else value), cell) for value in row)
    return "<table>\n<thead>%s</thead>\n<tbody>\n%s</tbody>\n</table>\n" % (line(columns, "th").strip(), "".join(line(row, "td") for row in rows))


FORMATS = {"tsv": separated("\t"), "csv": separated(","), "table": table, "records": records, "raw": raw, "html": page}


def stamp(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")


def nodes(found, act, decommission):
    if act == "ls":
        return ["id"], [[str(node["id"])] for node in found]
    if act in ("decommission", "recommission"):
        columns = ["id", "is_live", "replicas", "is_decommissioning", "is_draining"]
        return columns, [[str(node["id"]), boolean(node["live"]), "0", boolean(node["decommissioning"]), "false"] for node in found]
    columns = ["id", "address", "sql_address", "build", "started_at", "updated_at", "locality", "start_mode", "is_available", "is_live"]
    now = datetime.datetime.now(datetime.timezone.utc).timestamp()
    rows = []
    for node in found:
        times = [stamp(node["started"]), stamp(now)]
        rows.append([str(node["id"]), node["address"], node["address"], node["build"], *times, "", node["mode"], boolean(node["live"]), boolean(node["live"])])
    if decommission:
        columns = columns + ["gossiped_replicas", "is_decommissioning", "is_draining"]
        rows = [row + ["0", boolean(node["decommissioning"]), "false"] for row, node in zip(rows, found)]
    return columns, rows


def boolean(value):
    return "true" if value else "false"
