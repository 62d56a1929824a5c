"""What an optimizer's model is told of a result: a judge's verdict, or the rule that the result breaks."""

from typing import Final

#: Formatted with `overall` (the mean, from 1 to 10), `scores` (each by its name) and the judge's `reason`.
JUDGED: Final = "A judge gave it {overall:.1f} of 10 ({scores}). {reason}"

#: Formatted with `detail`: what the rule measured.
BROKEN: Final[dict[str, str]] = {
    "unreadable": "It counts nothing: the reply could not be read ({detail}). Every output field must be given in the "
    "structure that was asked for.",
    "language": "It counts nothing, whatever it says: it is in another language than was asked for ({detail}).",
    "too_short": "It counts nothing: it is too short to be of use ({detail}).",
    "too_long": "It counts nothing: it is far longer than anybody wants to read ({detail}).",
    "copied_example": "It counts nothing: it copies one of the example questions ({detail}). The examples show what a "
    "task is like and are not to be repeated.",
    "unchanged": "It counts nothing: it repeats the draft ({detail}).",
    "no_tag": "It counts nothing: what was proposed are not usable tags ({detail}).",
    "number": "It counts nothing: another number of tags was asked for ({detail}).",
}

#: A judge's reply could not be read.
UNJUDGED: Final = "No verdict on it could be read, so its score says nothing: learn nothing from it."
