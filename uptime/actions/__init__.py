"""Every change to what was delivered: one transaction, its audit event, its mail, and the mark on what it touches."""
