"""Faults with real processes: gunicorn, workers and beats are killed, servers are emptied and restarted."""
