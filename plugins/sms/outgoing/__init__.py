"""Texts on their way out: kept, sent in their order, and each ended by one word to its owner."""
