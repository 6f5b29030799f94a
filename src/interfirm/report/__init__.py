"""Tell it."""
