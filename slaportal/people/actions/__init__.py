"""Every change to who is here, one transaction each, with its audit event and its mail."""
