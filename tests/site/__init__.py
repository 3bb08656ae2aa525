"""Tests of what knows all the apps."""
