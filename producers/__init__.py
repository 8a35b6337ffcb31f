"""The world to events: the publisher, and one pure file per source format."""
