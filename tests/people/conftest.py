"""What the tests of people share: the lines of the log."""

from tests.site.conftest import Lines, lines

__all__ = ["Lines", "lines"]
