"""PostgreSQL and Redis from Python wheels, under `var/`, for the demo and the tests; imports nothing of the portal."""
