#!/usr/bin/env python
"""Django's command line: an operator's tool, so on the embedded database it logs in as portal_jobs."""

import gc
import os
import sys

from django.core.management import execute_from_command_line

from slaportal.site.collecting import AFTER_OBJECTS

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slaportal.settings")
    os.environ.setdefault("PORTAL_LOGIN", "portal_jobs")
    gc.set_threshold(AFTER_OBJECTS, 20, 20)  # a command makes many objects and hardly a cycle
    execute_from_command_line(sys.argv)
