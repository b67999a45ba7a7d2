"""Every SQL statement about conversations."""
