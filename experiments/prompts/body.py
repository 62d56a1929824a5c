"""All of a prompt version, packed into tags: so that what was compiled elsewhere can be restored from the registry.

MLflow takes 100,000 characters in a tag of a version, and MySQL's column ends at 65,535 bytes: the body is cut.
"""

import base64
import gzip
import json
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from ...compression import inflate_gzip
from ...errors import PromptFault, UnreadableFile
from ...hashing import canonical_json
from ..compiled import CompiledPrompt
from .template import Messages

#: Tags of a version: how many pieces there are, and each piece.
_PIECES = "condor.body"
_PIECE_LENGTH = 60_000
#: What a body may inflate to.
_MOST_BYTES = 64 * 1024 * 1024


class PromptBody(BaseModel):
    """What a prompt version is.

    Attributes:
        messages: what the model reads, with `{field}` in the place of each input.
        prompt: the predictor's state, with what it was compiled for and from; a built-in prompt is its own base.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    messages: Messages
    prompt: CompiledPrompt


def pack_body(body: PromptBody) -> dict[str, str]:
    """The body as tags of a version."""
    packed = gzip.compress(canonical_json(body.model_dump(mode="json")).encode("utf-8", "surrogatepass"), mtime=0)
    text = base64.b64encode(packed).decode("ascii")
    pieces = [text[start : start + _PIECE_LENGTH] for start in range(0, len(text), _PIECE_LENGTH)]
    return {_PIECES: str(len(pieces))} | {f"{_PIECES}.{number}": piece for number, piece in enumerate(pieces)}


def unpack_body(tags: Mapping[str, str], where: str) -> PromptBody:
    """The body from a version's tags.

    Args:
        tags: of the version.
        where: its name and number, for messages.

    Raises:
        PromptFault: a piece is missing or is not what was packed.
    """
    try:
        pieces = [tags[f"{_PIECES}.{number}"] for number in range(int(tags[_PIECES]))]
        packed = base64.b64decode("".join(pieces), validate=True)
        data = json.loads(inflate_gzip([packed], where, max_bytes=_MOST_BYTES).decode("utf-8", "surrogatepass"))
        return PromptBody.model_validate(data)
    except KeyError as exc:
        raise PromptFault(f"{where}: its tag {exc.args[0]} is missing; register it again") from exc
    except (ValueError, ValidationError, UnreadableFile) as exc:
        raise PromptFault(f"{where}: its tags {_PIECES}.* are damaged; register it again") from exc


def is_body_tag(key: str) -> bool:
    """Whether a tag holds a piece of a body, which no person reads."""
    return key == _PIECES or key.startswith(f"{_PIECES}.")
