"""Kefu: customer service with large language models, self-hosted."""

__version__ = "0.1.0"
