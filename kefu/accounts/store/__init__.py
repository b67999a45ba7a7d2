"""Every SQL statement about accounts, a module for each kind of record."""
