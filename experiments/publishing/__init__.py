"""A release onto the Hugging Face hub: what may be pushed, where to, and the record that it was."""

from .push import PushedRelease, push_release
from .record import is_pushed, pushed_manifest, record_file

__all__ = ["PushedRelease", "is_pushed", "push_release", "pushed_manifest", "record_file"]
