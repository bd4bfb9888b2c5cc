"""Pages of engagement: events, registrations and conversations, one file a room."""
