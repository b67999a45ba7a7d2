"""Every SQL statement about datasets, experiments and what people think of answers."""
