"""Tests in a real browser against real processes: a demo installation of its own."""
