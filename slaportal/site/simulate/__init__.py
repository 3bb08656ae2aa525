"""Scenarios, the tests of a policy: read, worked out by the workers' own calculation, compared and told."""
