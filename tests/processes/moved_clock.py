"""Celery with another clock than the machine's: `python -m tests.processes.moved_clock MINUTES -A slaportal worker`.

The clock goes on from there, in the children too, since they are forked.
"""

import sys
from datetime import timedelta

import time_machine
from celery.__main__ import main
from django.utils import timezone

if __name__ == "__main__":
    time_machine.travel(timezone.now() + timedelta(minutes=int(sys.argv.pop(1))), tick=True).start()
    main()
