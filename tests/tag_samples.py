"""Tags to try things with: whatever a tag may be, and what has been used to break out of one."""

from hypothesis import strategies as st

from condor.errors import TagFault
from condor.knowledge import normalise_tag

#: Tags that mean something to a shell, a prompt, a template, a page, a spreadsheet or a format.
HOSTILE = [
    "../../etc",
    "[[ ## answer ## ]]",
    "{{x}}",
    "<script>alert(1)</script>",
    'a "b", c',
    "=1+1",
    "@x",
    "]]>",
    "&amp;",
    "'",
    "$x^2$",
    "right\u202eleft",
    "%% end",
]


def is_tag(text: str) -> bool:
    """Whether a text is taken as a tag."""
    try:
        normalise_tag(text)
    except TagFault:
        return False
    return True


def tags(*samples: str, max_size: int = 8) -> st.SearchStrategy[str]:
    """Any tag up to some length, or one of the samples."""
    return st.text(min_size=1, max_size=max_size).filter(is_tag) | st.sampled_from(samples)
