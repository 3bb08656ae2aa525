"""The commands: `python -m slaportal.embedded start|stop|status|run -- COMMAND...|demo`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from slaportal.embedded import places, servers
from slaportal.embedded.console import EmbeddedError, say
from slaportal.embedded.demo import demo


def main(arguments: Sequence[str] | None = None, var: Path = places.VAR) -> int:
    """The exit code: 0, 1 for a refusal, 3 for `status` when something does not run, or that of the command run."""
    parser = argparse.ArgumentParser(prog="python -m slaportal.embedded", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("start", help="start PostgreSQL and Redis; they run until stop")
    acts.add_parser("stop", help="stop both")
    acts.add_parser("status", help="say what runs")
    acts.add_parser("run", help="run a command with both up").add_argument("command", nargs=argparse.REMAINDER)
    acts.add_parser("demo", help="run the portal with demo data until Ctrl+C; PORT=8001 for another port")
    given = parser.parse_args(arguments)
    try:
        if given.act == "start":
            servers.start(var)
        elif given.act == "stop":
            servers.stop(var)
        elif given.act == "status":
            return 0 if servers.status(var) else 3
        elif given.act == "demo":
            demo(var=var)
        else:
            command = given.command[1:] if given.command[:1] == ["--"] else given.command
            if not command:
                parser.error("run needs a command: run -- pytest")
            return servers.run(command, var)
    except EmbeddedError as error:
        say(f"{error.sentence} [{error.code}]")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
