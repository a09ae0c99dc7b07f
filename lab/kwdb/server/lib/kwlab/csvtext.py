"""CSV as EXPORT writes and IMPORT reads it. An unquoted field that equals nullif is NULL; a quoted one never is."""

QUOTE_ALWAYS = "\r\n"


def write_row(values, options):
    return options.delimiter.join(write_field(value, options) for value in values) + "\n"


def write_field(value, options):
    if value is None:
        return options.nullas
    quote = options.enclosed
    special = options.delimiter in value or quote in value or any(each in value for each in QUOTE_ALWAYS) or value[:1].isspace()
    if not special and not (value == options.nullas):
        return value
    return quote + value.replace(quote, options.escaped + quote) + quote


def read_rows(text, options):
    """(line as it stood, fields) per record."""
    at = 0
    while at < len(text):
        start = at
        fields = []
        while True:
            field, at = read_field(text, at, options)
            fields.append(field)
            if at >= len(text) or text[at] != options.delimiter:
                break
            at += 1
        line = text[start:at]
        if text.startswith("\r\n", at):
            at += 2
        elif at < len(text):
            at += 1
        if line:
            yield line, fields


def read_field(text, at, options):
    quote = options.enclosed
    if text[at : at + 1] != quote:
        end = at
        while end < len(text) and text[end] not in (options.delimiter, "\n", "\r"):
            end += 1
        value = text[at:end]
        return (None if value == options.nullif else value), end
    out, at = [], at + 1
    while at < len(text):
        if text.startswith(options.escaped + quote, at):
            out.append(quote)
            at += 1 + len(options.escaped)
        elif text[at] == quote:
            return "".join(out), at + 1
        else:
            out.append(text[at])
            at += 1
    # A quote that is never closed: the record ends with the file.
    return "".join(out), at


class CsvOptions:
    def __init__(self, options):
        self.delimiter = options.get("delimiter", ",")
        self.enclosed = options.get("enclosed", '"')
        self.escaped = options.get("escaped", '"')
        self.nullas = options.get("nullas", "")
        self.nullif = options.get("nullif", "")
        self.charset = options.get("charset", "UTF-8")
