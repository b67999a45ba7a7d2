"""The Model Context Protocol: agents of others search the knowledge and ask, as tools of theirs."""
