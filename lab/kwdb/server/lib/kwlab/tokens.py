"""Cuts SQL into tokens and walks over them; syntax errors have the form KWDB gives them."""

import re

from .errors import SqlError

PATTERN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<string>[eE]?'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<number>\d+\.\d*(?:[eE][-+]?\d+)?|\.\d+|\d+(?:[eE][-+]?\d+)?(?![A-Za-z_\d]))
    |(?P<word>[^\W\d][\w$]*|\d+\w+)
    |(?P<op>->>|::|:::|\|\||<=|>=|<>|!=|->|@>|[-+*/%()\[\],.;=<>:^&|~?])""",
    re.VERBOSE | re.DOTALL,
)


class Token:
    __slots__ = ("kind", "text", "start", "end")

    def __init__(self, kind, text, start, end):
        self.kind, self.text, self.start, self.end = kind, text, start, end

    @property
    def upper(self):
        return self.text.upper() if self.kind == "word" else self.text

    @property
    def value(self):
        if self.kind == "string":
            return self.text[self.text.index("'") + 1 : -1].replace("''", "'")
        if self.kind == "quoted":
            return self.text[1:-1].replace('""', '"')
        return self.text.lower() if self.kind == "word" else self.text


def tokenize(text):
    tokens, at = [], 0
    while at < len(text):
        match = PATTERN.match(text, at)
        if match is None:
            raise SqlError('lexical error: unterminated string or unknown character at "%s"' % text[at : at + 20], "42601")
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group(), match.start(), match.end()))
        at = match.end()
    return tokens


def split_statements(text):
    """The statements of a text, without their semicolons."""
    found, start = [], 0
    for token in tokenize(text) + [Token("op", ";", len(text), len(text))]:
        if token.kind == "op" and token.text == ";":
            part = text[start : token.start].strip()
            if part and tokenize(part):
                found.append(part)
            start = token.end
    return found


class Cursor:
    def __init__(self, sql):
        self.sql = sql
        self.tokens = tokenize(sql)
        self.at = 0

    def peek(self, ahead=0):
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def done(self):
        return self.at >= len(self.tokens)

    def next(self):
        token = self.peek()
        if token is None:
            raise self.syntax_error()
        self.at += 1
        return token

    def sees(self, *words):
        """Whether the next tokens are these keywords or operators."""
        for ahead, word in enumerate(words):
            token = self.peek(ahead)
            if token is None or token.kind in ("string", "quoted") or token.upper != word:
                return False
        return True

    def take(self, *words):
        if not self.sees(*words):
            return False
        self.at += len(words)
        return True

    def expect(self, *words):
        for word in words:
            if not self.take(word):
                raise self.syntax_error()

    def name(self):
        token = self.next()
        if token.kind not in ("word", "quoted"):
            self.at -= 1
            raise self.syntax_error()
        return token.value

    def dotted(self):
        parts = [self.name()]
        while self.take("."):
            parts.append(self.name())
        return parts

    def string(self):
        token = self.next()
        if token.kind not in ("string", "quoted"):
            self.at -= 1
            raise self.syntax_error()
        return token.value

    def name_list(self):
        self.expect("(")
        names = [self.name()]
        while self.take(","):
            names.append(self.name())
            self.take("ASC") or self.take("DESC")
        self.take("ASC") or self.take("DESC")
        self.expect(")")
        return names

    def group(self):
        """The tokens inside a pair of parentheses that opens here."""
        self.expect("(")
        depth, inner = 1, []
        while depth:
            token = self.next()
            if token.kind == "op" and token.text in "()":
                depth += 1 if token.text == "(" else -1
            if depth:
                inner.append(token)
        return inner

    def rest(self):
        """The text from here to the end."""
        token = self.peek()
        self.at = len(self.tokens)
        return "" if token is None else self.sql[token.start :]

    def finish(self):
        if not self.done():
            raise self.syntax_error()

    def syntax_error(self):
        token = self.peek()
        start = len(self.sql) if token is None else token.start
        near = "EOF" if token is None else token.text.lower() if token.kind == "word" else token.value
        first = self.tokens[0].upper if self.tokens else ""
        return SqlError(
            'at or near "%s": syntax error' % near,
            "42601",
            detail="source SQL:\n%s\n%s^" % (self.sql, " " * start),
            hint="try \\h %s" % first,
        )
