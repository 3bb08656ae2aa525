"""The API of subscriptions and services."""
