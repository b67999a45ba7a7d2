"""Every SQL statement of tracing: spans and their partitions, traces, figures, feedback."""
