"""Claims: what was claimed, paid and is still open, down to the single claim and its signed transactions."""
