"""The pages of outages and maintenance, for the provider's staff."""
