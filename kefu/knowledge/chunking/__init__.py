"""Cutting a document into chunks along its own structure.

Blocks are read from the Markdown, gathered into sections under their headings, cut into pieces
where they are too large, and packed into chunks.
"""

from kefu.knowledge.chunking.splitting import split

__all__ = ["split"]
