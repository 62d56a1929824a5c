"""Growing the World Knowledge Tree (paper section 3.1): root tags first, then level by level; and filing new topics."""

import dspy


class ProposeRootTags(dspy.Signature):
    """Propose broad themes of human life and knowledge, to stand as the top level of a knowledge tree.

    Together the themes should span what people talk about, ask about, study and do: everyday life, work, society,
    culture, science and technology alike. Each theme is a short noun phrase, broad enough to hold dozens of topics,
    and clearly different from every other theme and from the existing ones. Give exactly as many as asked for, in the
    requested language, without numbering or comments.
    """

    language: str = dspy.InputField(desc="the language of the tags")
    existing: list[str] = dspy.InputField(desc="themes that stand already; propose none of them again")
    count: int = dspy.InputField(desc="how many new themes to propose")
    tags: list[str] = dspy.OutputField(desc="the new themes, one short noun phrase each")


class ProposeSubTags(dspy.Signature):
    """Split one tag of a knowledge tree into narrower tags.

    The path runs from the broad theme to the tag in question, and each level narrows the one before; read the tag in
    the light of the whole path. Every new tag is one step more specific than the last tag of the path, belongs under
    it, and would inspire questions that its siblings would not. Prefer topics that people really meet, from the
    practical to the scholarly. Each tag is a short noun phrase that is understood without its path; never a sentence,
    never a list, never a repetition of a tag in the path or of an existing one. Give exactly as many as asked for, in
    the requested language, without numbering or comments.
    """

    path: list[str] = dspy.InputField(desc="the tags from the root down to the tag to split")
    existing: list[str] = dspy.InputField(desc="narrower tags that stand under it already; propose none of them again")
    count: int = dspy.InputField(desc="how many narrower tags to propose")
    language: str = dspy.InputField(desc="the language of the tags")
    tags: list[str] = dspy.OutputField(desc="the narrower tags, one short noun phrase each")


class PlaceTag(dspy.Signature):
    """File a topic under the one theme of a knowledge tree where people would look for it, as a tag.

    Read the topic for what it is about, not for the words that it shares with a theme. Choose the theme that fits best
    and repeat its name exactly as it stands in the list. Where the topic belongs under no theme, or is no topic at all,
    answer with the single word none: a topic in a wrong place is worse than one that is left out.

    The tag names the topic as it would stand in the tree: a short noun phrase that is understood without its theme and
    means something when the day's news is forgotten, not a headline, never a sentence, never a list. A topic that is
    such a phrase already is repeated as it is. Write the tag in the requested language, whatever the topic's own, and
    without comments.
    """

    topic: str = dspy.InputField(desc="the topic to file, as it was found")
    roots: list[str] = dspy.InputField(desc="the themes to choose from")
    language: str = dspy.InputField(desc="the language of the themes and of the tag")
    root: str = dspy.OutputField(desc="the name of one theme from the list, or none")
    tag: str = dspy.OutputField(
        default="", desc="the topic as a tag, one short noun phrase; with none, the topic again"
    )
