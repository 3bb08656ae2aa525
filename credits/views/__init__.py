"""The pages of months, claims and credits."""
