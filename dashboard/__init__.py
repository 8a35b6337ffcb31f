"""The eyes: pages over the data commons."""
