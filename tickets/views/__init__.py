"""The pages of tickets: the queue, one ticket, what is done to it, a new one."""
