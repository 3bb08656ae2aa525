"""Months, credits and claims over the API: what their pages show, as exact figures, and what is done there."""
