"""The demo: five providers with their tenants and people, made through the same actions as everything else."""
