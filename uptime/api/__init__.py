"""Outages, maintenance, unmonitored stretches and samples over the API, by the same actions as the pages."""
