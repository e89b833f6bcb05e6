"""Outbox, inbox and receipts in one SQLite file: the port `gateway.delivery.store` made real."""
