"""The administrators' pages of policies: versions in sentences and as text, their differences, a new one published."""
