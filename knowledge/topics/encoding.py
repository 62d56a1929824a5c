"""The text of an XML document, whatever its encoding.

By RFC 7303: a byte-order mark, then the transport's word, then the document's own. feedparser would go on guessing
where these fail, down to encodings in which every byte is some letter, and make another text of a Chinese feed without
a word.
"""

import codecs
import re

from ...errors import UnreadableFile

#: UTF-32 first: its mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})")
#: Python's other codecs are no encodings of documents (`idna`, `unicode_escape`), or hide markup in letters (`utf-7`).
_FAMILIES = ("ascii", "big5", "cp", "euc", "gb", "hz", "iso", "johab", "koi8", "mac-", "ptcp", "shift", "tis", "utf-")
#: What documents call by a subset's name.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "ascii": "utf-8", "iso8859-1": "cp1252", "shift_jis": "cp932"}


def decode_document(content: bytes, name: str, *, charset: str | None) -> tuple[str, str | None]:
    """(text, what is wrong with it) of a document; bytes that its encoding does not know become U+FFFD.

    Args:
        content: the document.
        name: its name, for messages.
        charset: of the HTTP response, where it says one.

    Raises:
        UnreadableFile: the document names an encoding that is none.
    """
    encoding, start = _encoding(content, name, charset)
    data = content[start:]
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        return data.decode(encoding, "replace"), f"{name}:{line}: holds bytes that are not {encoding}"


def _encoding(content: bytes, name: str, charset: str | None) -> tuple[str, int]:
    """(Python's name of the encoding, length of the mark that says it)."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    for opening, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if content.startswith(opening):
            return encoding, 0
    declared = _DECLARED.match(content)
    named = charset or (declared[1].decode("ascii") if declared else "utf-8")
    encoding = _lookup(named, name)
    # Without a mark and a null byte it is neither, whatever it says: somebody has converted the file.
    return ("utf-8" if encoding.startswith(("utf-16", "utf-32")) else encoding), 0


def _lookup(named: str, name: str) -> str:
    try:
        encoding = codecs.lookup(named).name
    except (LookupError, ValueError) as exc:
        raise UnreadableFile(f"{name}: its encoding is said to be {named[:40]!r}, which is not known") from exc
    if not encoding.startswith(_FAMILIES) or encoding == "utf-7":
        raise UnreadableFile(f"{name}: its encoding is said to be {named[:40]!r}, which is none of documents")
    return _WIDER.get(encoding, encoding)
