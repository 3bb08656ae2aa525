"""Every change to a claim: one transaction, its audit event, its mail, its mark."""
