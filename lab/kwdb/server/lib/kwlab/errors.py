"""One statement's refusal, with the words and the SQLSTATE that KWDB was seen to give, or that its source has."""

NO_CODE = "XXUUU"


class SqlError(Exception):
    """code: SQLSTATE; NO_CODE where KWDB names none (the client then prints no SQLSTATE line)."""

    def __init__(self, message, code=NO_CODE, detail=None, hint=None):
        super().__init__(message)
        self.message = message
        self.code = code
        self.detail = detail
        self.hint = hint


def not_covered(what):
    """What the stand-in does not answer says so: a wrong answer would be taken for KWDB's."""
    return SqlError("the lab's stand-in for KWDB does not cover %s" % what, "0A000")
