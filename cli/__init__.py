"""How does a person drive it? One thin command a file; everything heavy is imported when a command runs."""

from .main import main

__all__ = ["main"]
