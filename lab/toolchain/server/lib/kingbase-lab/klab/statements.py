"""Statements that name a setting PostgreSQL has under another name, as ksql gets them after -c."""

import re


def _with_unit(match):
    """KingbaseES counts in seconds, PostgreSQL in milliseconds; 0 is 0."""
    value = match.group(3)
    return "%sidle_session_timeout%s%s" % (match.group(1), match.group(2), "0" if int(value) == 0 else "'%ss'" % value)


def translated(statement):
    statement = re.sub(r"(?i)(\bset\s+)client_idle_timeout(\s*=\s*|\s+to\s+)'?(\d+)'?", _with_unit, statement)
    return re.sub(r"(?i)(\breset\s+)client_idle_timeout\b", r"\1idle_session_timeout", statement)


def translated_words(words):
    """The arguments of ksql: only what follows -c (also -Atc) or --command is a statement."""
    before = [""] + list(words)
    return [
        translated(word) if re.fullmatch("-[a-zA-Z]*c|--command", before[at]) else word
        for at, word in enumerate(words)
    ]
