"""Benchmarks with limits: run by `make bench`, or by naming this directory to pytest."""
