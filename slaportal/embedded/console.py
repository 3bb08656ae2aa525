"""What the embedded servers and the demo say to whoever started them, and how they say that something is wrong."""

import sys


class EmbeddedError(Exception):
    """What the person at the keyboard can put right: a code for programs, a sentence with what, where and how."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def say(line: str) -> None:
    """A line on stderr: stdout belongs to the command that is run."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
