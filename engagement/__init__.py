"""What people do together: events, registrations, On the Table conversations, commitments, and the public site."""
