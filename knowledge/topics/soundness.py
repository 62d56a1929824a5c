"""Whether an XML document is one that a lenient parser should be let loose on."""

from xml.parsers import expat

from ...errors import UnreadableFile

#: Articles in feeds are nested some ten deep.
_MAX_DEPTH = 500
#: A document that is not well-formed goes through a parser in Python that takes many times as long.
_MAX_LENIENT_BYTES = 2 * 1024 * 1024


def check_document(document: bytes, name: str, *, first_line: int) -> str | None:
    """Why a document is not well-formed XML, or None where it is.

    Args:
        document: the XML, in UTF-8.
        name: the file's name, for messages.
        first_line: the file's line on which the document begins.

    Raises:
        UnreadableFile: nested deeper than any feed, or not well-formed and large.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def enter(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            line = parser.CurrentLineNumber + first_line - 1
            raise UnreadableFile(f"{name}:{line}: elements stand more than {_MAX_DEPTH} deep in each other; is no feed")

    def leave(_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = enter, leave
    try:
        parser.Parse(document, True)
    except expat.ExpatError as exc:
        fault = f"{name}:{exc.lineno + first_line - 1}: not well-formed XML: {expat.ErrorString(exc.code)}"
        if len(document) > _MAX_LENIENT_BYTES:
            raise UnreadableFile(f"{fault}; too large to be read in spite of it; mend it first") from exc
        return fault
    return None
