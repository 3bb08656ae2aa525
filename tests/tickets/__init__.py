"""Tests of what was asked and by when it is due."""
