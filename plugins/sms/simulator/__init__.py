"""A modem and a small mobile network that live in this program: for trying things out, and for tests."""
