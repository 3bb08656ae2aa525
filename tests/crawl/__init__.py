"""`make crawl` and `make screens`: every page of a demo installation as every role, found by routes and by links."""

import os

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slaportal.settings")
if not apps.ready:
    django.setup()
