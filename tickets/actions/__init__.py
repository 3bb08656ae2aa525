"""Every change to a ticket: one transaction, its event in the log, its audit event, its mail, its mark."""
