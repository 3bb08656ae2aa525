"""The demo: built, looked at, taken away."""
