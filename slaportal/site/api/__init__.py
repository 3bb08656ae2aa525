"""The API of policies, of simulation, and of what else needs all of the portal."""
