"""Outages, maintenance, unmonitored time, samples and restore points over the API, by the same actions as the pages."""
