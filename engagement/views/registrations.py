"""Registering, seeing one's registration and giving the seat back."""
