"""Texts that came in: kept, put together, and handed to the one whose they are."""
