"""The page that shows what needs attention to people who look after Kefu, and leads them there."""

from kefu.overview.matters import Matter, list_matters

__all__ = ["Matter", "list_matters"]
