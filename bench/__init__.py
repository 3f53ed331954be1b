"""The gateway's benchmark: both of its servers played on loopback, Biboumi measured beside it."""
