"""Every error that Condor raises for a reason a user can act on.

::

    CondorError                     one line: what, where, what to do
    ├── BadInput                    the user's input is at fault: exit code 2
    │   ├── UsageFault              options that do not go together
    │   ├── UnreadableFile          missing, not UTF-8, with a byte-order mark, not JSON/YAML
    │   ├── FetchFault              an address that cannot be fetched, or answers what it should not
    │   ├── OutputFault             a place that cannot be written
    │   ├── RecipeFault             a recipe that does not say what a recipe must
    │   ├── FilterFault             filter settings that do not say what filter settings must
    │   ├── ProgramFault            a compiled program that cannot be read, or is not for the prompts of today
    │   ├── TreeFault               a tree that is not a forest under one root
    │   │   ├── TagFault            a tag that is empty, too long, or holds control characters
    │   │   ├── DuplicateTag        two siblings of one name
    │   │   ├── SelfLoop            a tag under itself
    │   │   ├── Cycle               a tag under its own descendant
    │   │   ├── SecondParent        a tag under two parents
    │   │   └── EmptyTree           no leaf to sample
    │   ├── ModelFault              unknown model, missing key, refused or unreachable endpoint
    │   ├── StoreFault              MLflow's store cannot be reached, is locked, or has another schema
    │   ├── JournalFault            not a journal, or one that a newer version wrote
    │   ├── RunInUse                another process holds the run
    │   ├── RunMismatch             the run was made from another recipe or tree
    │   ├── UnknownRecord           no record of that id in the run
    │   ├── SelectionFault          a rule, subset, quota or split that nothing can be selected by
    │   ├── PromptFault             a prompt version that the registry does not hold, or that cannot be used here
    │   ├── LineageFault            what something was made from is not known here
    │   ├── ReleaseFault            a folder is no release, or a release cannot be made as it was asked for
    │   └── PublishFault            a release that must not be pushed to where it was asked
    ├── ReplyFault                  one reply of the model is no record; the run goes on
    │   ├── UnreadableReply         it does not parse, after the allowed number of tries
    │   ├── TruncatedReply          it ends at the token limit (finish reason `length`)
    │   ├── OversizedReply          it is longer than any text that was asked for
    │   ├── RefusedReply            the model or its provider declined (finish reason `content_filter`)
    │   └── RefusedRequest          the endpoint takes other requests, but not this one (too long, not allowed)
    ├── EmbeddingFault              an embedding model's reply holds no usable vectors; the same command asks again
    ├── BatchFault                  a batch service does not do what was asked; the same command goes on
    ├── HubFault                    the hub refuses, fails or cannot be reached; the same command goes on
    ├── Pending                     a reply is still to come in a batch's results; its chain waits
    ├── CallFault                   one call got no reply; the run goes on and a resumed run asks again
    └── Interrupted                 the run was stopped; everything finished is kept
        └── BudgetReached           by its budget: no call is certain to stay below it

A foreign error (dspy, litellm, sqlite3, yaml, OSError) is translated at one boundary, the room that talks to that
library, with `raise Ours(...) from exc`.
"""


class CondorError(Exception):
    """Base of all errors that Condor raises on purpose. `str()` is one line for a person."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


class BadInput(CondorError):
    """The user's input is at fault; nothing was changed."""


class UsageFault(BadInput):
    """Options that do not go together."""


class UnreadableFile(BadInput):
    """A file is missing or is not what its name promises."""


class FetchFault(BadInput):
    """What the user named as a source cannot be fetched: the message holds no query string, which may hold a key."""


class OutputFault(BadInput):
    """A place cannot be written to."""


class RecipeFault(BadInput):
    """A recipe is not valid: the message names the file, the line or key, and what was expected."""


class FilterFault(BadInput):
    """Filter settings are not valid: the message names the file or option, the key, and what was expected."""


class ProgramFault(BadInput):
    """A compiled program is none, or was compiled for another signature than the one that its stage has."""


class TreeFault(BadInput):
    """A tree is not a forest under one hidden root."""


class TagFault(TreeFault):
    """A tag's text is empty, too long, or holds control characters."""


class DuplicateTag(TreeFault):
    """A sibling of that name exists."""


class SelfLoop(TreeFault):
    """A tag cannot stand under itself."""


class Cycle(TreeFault):
    """A tag cannot stand under its own descendant."""


class SecondParent(TreeFault):
    """A tag stands under one parent only."""


class EmptyTree(TreeFault):
    """A tree without a leaf in any wanted language has nothing to sample."""


class ModelFault(BadInput):
    """No call can succeed: unknown model, missing or refused key, unreachable endpoint, no credit."""


class StoreFault(BadInput):
    """MLflow's store cannot be reached, is locked, or has another schema; the message holds no password."""


class JournalFault(BadInput):
    """A file is not a journal of this project, or a newer version wrote it."""


class RunInUse(BadInput):
    """Another process works on the run."""


class RunMismatch(BadInput):
    """A run directory was made from another recipe, tree or model."""


class UnknownRecord(BadInput):
    """A run holds no record of the given id."""


class SelectionFault(BadInput):
    """What a release should hold is said in a way that means nothing: the message names the option, or file and key."""


class PromptFault(BadInput):
    """The prompt registry holds no such prompt or version, or holds one that cannot be used here."""


class LineageFault(BadInput):
    """What something was made from cannot be found: neither on disk nor in the store."""


class ReleaseFault(BadInput):
    """A folder is no release, or a release cannot be made as it was asked for."""


class PublishFault(BadInput):
    """A release must not be pushed to where it was asked: rehearsal data, not whole, or the wrong place."""


class ReplyFault(CondorError):
    """A reply that is no record.

    Attributes:
        raw: the reply as it came, kept in the journal.
        reason: the short name of the failure in status reports.
        step_key: of the step that failed, once the journal knows it.
    """

    reason = "reply"

    def __init__(self, message: str, *, raw: str = "") -> None:
        super().__init__(message)
        self.raw = raw
        self.step_key: str | None = None


class UnreadableReply(ReplyFault):
    """A reply did not parse into the signature's fields."""

    reason = "unreadable"


class TruncatedReply(ReplyFault):
    """A reply ended at the token limit (finish reason `length`)."""

    reason = "truncated"


class OversizedReply(ReplyFault):
    """A reply is longer than any text that was asked for; it was not read to its end."""

    reason = "oversized"


class RefusedReply(ReplyFault):
    """The model or its provider declined to answer."""

    reason = "refused"


class RefusedRequest(ReplyFault):
    """The endpoint refused this very request: too long for the model, or against its rules."""

    reason = "bad_request"


class CallFault(CondorError):
    """A call got no reply: network, rate limit or server trouble that outlasted the retries.

    Attributes:
        reason: the short name of the failure in status reports.
        step_key: of the step that failed, once the journal knows it.
    """

    def __init__(self, message: str, *, reason: str = "transport") -> None:
        super().__init__(message)
        self.reason = reason
        self.step_key: str | None = None


class EmbeddingFault(CondorError):
    """An embedding model refused some texts, or answered with what are no vectors of them."""


class BatchFault(CondorError):
    """A batch service refused, broke off, or answered what it should not."""


class HubFault(CondorError):
    """The hub refused, failed or could not be reached; the message holds no token.

    Attributes:
        refused: whether the hub said no (a 4xx status): what was asked for was certainly not done.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class Pending(CondorError):
    """A request's reply lies in no results file yet; whoever needs it goes on in a later session."""


class Interrupted(CondorError):
    """The run was stopped; what is finished is kept."""


class BudgetReached(Interrupted):
    """The next call could cost more than is left of the run's budget."""
