"""What lint looks for: small functions that name the places where a specification fails."""
