"""`curl` and `jq` as far as the walk of docs/api.md needs them, for machines that have neither.

python -m tests.api.stand_ins curl -sS --fail-with-body -H "Name: value" -d '{}' URL
python -m tests.api.stand_ins jq -r ".items[0].id, .percent"
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from typing import Any


def curl(arguments: list[str]) -> int:
    """One call; the body on stdout. An answer of 400 and above ends with 22, as with --fail-with-body."""
    parser = argparse.ArgumentParser("curl")
    parser.add_argument("-sS", action="store_true", required=True)
    parser.add_argument("--fail-with-body", action="store_true", required=True)
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-d")
    parser.add_argument("-o")
    parser.add_argument("url")
    asked = parser.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in asked.H)
    request = urllib.request.Request(asked.url, None if asked.d is None else asked.d.encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            body, status = answer.read(), 0
    except urllib.error.HTTPError as error:
        body, status = error.read(), 22
    if asked.o is None:
        sys.stdout.write(body.decode())
    else:
        with open(asked.o, "wb") as file:
            file.write(body)
    return status


def jq(arguments: list[str]) -> int:
    """`-r` and paths such as `.items[0].id`, separated by commas; each on a line of its own."""
    flag, paths = arguments
    data = json.load(sys.stdin)
    if flag != "-r":
        raise SystemExit(f"jq: {flag} is not known here")
    for path in paths.split(","):
        for value in _found(data, path.strip()):
            print(value if isinstance(value, str) else json.dumps(value))
    return 0


def _found(data: Any, path: str) -> list[Any]:
    values = [data]
    for name, index in re.findall(r"\.(\w+)|\[(\d*)\]", path):
        if name:
            values = [value[name] for value in values]
        elif index:
            values = [value[int(index)] for value in values]
        else:
            values = [each for value in values for each in value]
    return values


if __name__ == "__main__":
    sys.exit({"curl": curl, "jq": jq}[sys.argv[1]](sys.argv[2:]))
