"""`manage.py simulate FILE... [--json]`: works out scenarios without a database and says whether they hold."""

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from slaportal.site.simulate.comparing import failures_of
from slaportal.site.simulate.figures import figures_of
from slaportal.site.simulate.files import WrongFiles, read_files
from slaportal.site.simulate.telling import tell, tell_sum
from slaportal.site.simulate.working_out import work_out_all

HOLDS, DOES_NOT_HOLD, WRONG_FILE = 0, 1, 2


class Command(BaseCommand):
    """Exits 0 when every expectation holds, 1 when one does not, 2 when a file is wrong."""

    help = "Works out the scenarios of the files with the workers' own calculation, and compares what they expect."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files, and --json."""
        parser.add_argument(
            "files", nargs="+", type=Path, metavar="FILE", help="YAML or JSON, see docs/scenario-format.md"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON array instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work everything out before a word is printed: a wrong file leaves nothing half said."""
        try:
            outcomes = work_out_all(read_files(options["files"]))
        except WrongFiles as wrong:
            self.stderr.write("\n".join(wrong.lines))
            sys.exit(WRONG_FILE)
        results = [(outcome, figures_of(outcome)) for outcome in outcomes]
        judged = [(outcome, figures, failures_of(outcome.scenario.expect, figures)) for outcome, figures in results]
        if options["json"]:
            shapes = [{"name": o.scenario.name, **figures, "failures": failures} for o, figures, failures in judged]
            self._print(json.dumps(shapes, indent=2, ensure_ascii=False))
        else:
            told = [tell(outcome, failures) for outcome, _, failures in judged]
            self._print("".join([*told, tell_sum([(o.scenario, failures) for o, _, failures in judged])]))
        sys.exit(DOES_NOT_HOLD if any(failures for _, _, failures in judged) else HOLDS)

    def _print(self, text: str) -> None:
        """Print to a reader who may leave before the end, as `head` does: that is no error."""
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
