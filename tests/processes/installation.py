"""The settings of the processes under test: the portal's own, but mails become files and work can be held.

What a test chooses comes from the environment that `fleet` makes.
"""

import os

from slaportal.settings import *  # noqa: F403 - all of them, and what differs below

EMAIL_BACKEND = "tests.processes.slow_mail.SlowMail"
JOB_KINDS = [*globals().get("JOB_KINDS", ()), "tests.processes.counting"]
HOLDING = os.environ["TEST_HOLDING"]
LETTERS = os.environ["TEST_LETTERS"]
MAIL_TAKES_S = float(os.environ.get("TEST_MAIL_TAKES_S", "0"))
LEASE_S = float(os.environ.get("TEST_LEASE_S", "0"))
JOB_LEASE_S = float(os.environ.get("TEST_JOB_LEASE_S", "0"))
BROKER_URL = os.environ["TEST_BROKER_URL"]
REDIS_URL = os.environ["TEST_REDIS_URL"]
# As the files lie in the source: these tests are not about the look.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
