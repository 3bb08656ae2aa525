"""Webhooks: events that endpoints want, signed, posted, tried again (docs/webhooks.md)."""
