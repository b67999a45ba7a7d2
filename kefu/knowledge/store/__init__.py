"""Every SQL statement of the knowledge area: functions (conn, ...) -> records."""
