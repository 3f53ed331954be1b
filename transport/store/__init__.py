"""Durable state: the interface, and its implementations beside it."""
