"""Every change to what was promised: one transaction, its audit event, and the Change it leaves to the apps above."""
