"""The incident file, section by section."""
