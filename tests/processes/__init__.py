"""Faults with real processes: gunicorn, workers and beats that are killed, and servers that are emptied and restarted."""
