"""Find what a question is about, from nothing but its text.

The composed questions make this easy: in English the leaf tag stands with its capitals, or in quotation
marks where it has none; in Chinese it is the first quoted text. Questions that people type get the same
rules and, where those find nothing, the longest run of content words.
"""

import re

from .compose import clean
from .language import get_language

_READ_LIMIT = 4000
_FENCE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_TOKEN = re.compile(r"\w+(?:['’&+./-]\w+)*|\n|[^\w\s]")
_QUOTED_EN = re.compile(r"(?<!\w)[\"“]([^\"“”\n]{2,64})[\"”](?!\w)")
_QUOTED_ZH = re.compile(r"「([^」\n]{1,40})」|《([^》\n]{1,40})》|“([^”\n]{1,40})”")
_SENTENCE_BREAKS = frozenset(".!?:;\n|*#>(-•")
_MAX_WORDS = 9
_MAX_PLAIN_WORDS = 4

_STOP_WORDS = {code: frozenset(get_language(code).text["stop_words"]) for code in ("en", "zh")}
_NEVER_NAMES = frozenset(get_language("en").text["never_names"])
_CONNECTORS = frozenset(get_language("en").text["connectors"])
_CUES = frozenset(get_language("en").text["subject_cues"])
_FUNCTION_WORDS = re.compile(
    "|".join(re.escape(word) for word in sorted(_STOP_WORDS["zh"], key=len, reverse=True))
    + r"|[^\w\s+#.-]|\n"  # punctuation, but not the marks that occur inside names
)


def find_subject(question: str, language: str) -> str:
    """The subject of a question: never empty, never longer than a tag may be, always on one line."""
    known = get_language(language)
    text = _FENCE.sub("\n", clean(question[:_READ_LIMIT]))
    subject = _find_chinese(text) if known.code == "zh" else _find_english(text)
    subject = " ".join(subject.split())[: known.subject_length].strip()
    return subject or known.text["default_subject"][0]


def _find_english(text: str) -> str:
    """The best capitalised or quoted phrase, else a phrase of content words."""
    tokens = _TOKEN.findall(text)
    return _best_phrase(_capital_phrases(tokens), _quoted(text)) or _content_phrase(tokens)


def _quoted(text: str) -> list[str]:
    """Quoted phrases that could be a subject; a whole sentence in quotation marks is speech."""
    return [phrase.strip() for phrase in _QUOTED_EN.findall(text) if phrase[-1] not in ".!?,"]


def _is_capital(token: str) -> bool:
    """Whether a token can be part of a name: it has a capital and is not a word such as "I" or "JSON"."""
    capital = token[0].isupper() or (token[0].isdigit() and any(c.isupper() for c in token))
    return capital and _base(token) not in _NEVER_NAMES


def _base(token: str) -> str:
    """A word in small letters without what follows an apostrophe."""
    return token.lower().replace("’", "'").split("'", maxsplit=1)[0]


def _is_stop(token: str) -> bool:
    return _base(token) in _STOP_WORDS["en"]


def _capital_phrases(tokens: list[str]) -> list[tuple[str, bool, bool]]:
    """Capitalised phrases as (phrase, starts a sentence, follows a cue such as "about").

    A stop word with a capital is skipped at the start of a sentence only: elsewhere it belongs to a name.
    """
    phrases: list[tuple[str, bool, bool]] = []
    index = 0
    while index < len(tokens):
        starts = index == 0 or tokens[index - 1] in _SENTENCE_BREAKS
        if not _is_capital(tokens[index]) or (starts and _is_stop(tokens[index])):
            index += 1
            continue
        end = _phrase_end(tokens, index)
        cued = index > 0 and tokens[index - 1].lower() in _CUES
        phrases.append((" ".join(tokens[index:end]), starts, cued))
        index = end
    return phrases


def _phrase_end(tokens: list[str], start: int) -> int:
    """Where the capitalised phrase ends: joining words belong to it only when a capital follows them."""
    end = start + 1
    look = end
    while look < len(tokens) and look - start < _MAX_WORDS:
        if _is_capital(tokens[look]):
            look += 1
            end = look
        elif tokens[look].lower() in _CONNECTORS:
            look += 1
        else:
            break
    return end


def _best_phrase(phrases: list[tuple[str, bool, bool]], quoted: list[str]) -> str:
    """The phrase with the best score; the earlier one of equals."""
    scores: dict[str, float] = {}
    for phrase, starts, cued in phrases:
        gain = 3.0 if phrase in scores else 2.0 * (phrase.count(" ") + 1)
        scores[phrase] = scores.get(phrase, 0.0) + gain + (2.0 if cued else 0.0) - (4.0 if starts else 0.0)
    for phrase in quoted:
        if phrase and not _is_stop(phrase):
            gain = 6.0 if " " in phrase or phrase[0].isupper() else 3.0
            scores[phrase] = scores.get(phrase, 0.0) + gain
    best = max(scores, key=scores.__getitem__, default="")
    return best if best and scores[best] > 0 else ""


def _content_phrase(tokens: list[str]) -> str:
    """The longest run of words that are not stop words, judged by words and then by letters."""
    best: list[str] = []
    run: list[str] = []
    for token in [*tokens, "."]:
        if (token[0].isalnum() or token[0] == "_") and not _is_stop(token):
            run.append(token)
            continue
        run = run[:_MAX_PLAIN_WORDS]
        if (len(run), len("".join(run))) > (len(best), len("".join(best))):
            best = run
        run = []
    return " ".join(best)


def _find_chinese(text: str) -> str:
    """The first quoted text, else the longest piece between function words and punctuation."""
    for match in _QUOTED_ZH.finditer(text):
        quoted = next(group for group in match.groups() if group is not None).strip()
        if quoted and quoted not in _STOP_WORDS["zh"]:
            return quoted
    pieces = [piece.strip() for piece in _FUNCTION_WORDS.split(text)]
    return max(pieces, key=len, default="")
