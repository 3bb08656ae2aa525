"""The settings of the processes under test: the portal's own, but mails become files and work can be held.

What a test chooses comes from the environment that `fleet` makes.
"""

import os

from slaportal.settings import *  # noqa: F403 - all of them, and what differs below

EMAIL_BACKEND = "tests.processes.slow_mail.SlowMail"
JOB_KINDS = [*globals().get("JOB_KINDS", ()), "tests.processes.counting"]
BROKER_URL = os.environ["TEST_BROKER_URL"]
REDIS_URL = os.environ["TEST_REDIS_URL"]
# As the files lie in the source: these tests are not about the look.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
