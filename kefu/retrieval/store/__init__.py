"""Every SQL statement of retrieval: functions (conn, ...) -> records."""
