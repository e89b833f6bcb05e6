"""Delivery between nodes: envelopes, receipts, and what may become of a document on its way. Rules alone, no I/O."""
