"""Every SQL statement about webhooks."""
