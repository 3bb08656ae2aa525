"""Pages of customers' contracts: read by all staff, changed by administrators."""
