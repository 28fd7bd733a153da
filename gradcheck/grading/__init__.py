"""Running strangers' code, and giving points for it."""
