"""Template words of engagement."""
