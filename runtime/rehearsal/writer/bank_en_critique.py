"""English critiques: how strengths, weaknesses and suggestions are worded, and how notes name a feature."""

TEXT = r"""
[regex.named.direct]
* \bdirect(?:ly)?\b|\bopen(?:s|ing|ed)?\b|\bfirst sentence\b|\bup front\b

[regex.named.reason]
* \breason(?:s|ing)?\b|\bexplanation\b|\bexplain(?:s|ed|ing)? why\b|\bwhy\b|\bjustif

[regex.named.structure]
* \bsteps?\b|\bstructured?\b|\bnumbered\b|\border(?:ed)?\b|\bsequence\b|\borgani[sz]

[regex.named.example]
* \bexamples?\b|\binstances?\b|\bconcrete\b|\billustrat|\bcase\b

[regex.named.caveat]
* \bcaveats?\b|\blimit(?:s|ation|ations)?\b|\brisks?\b|\bexceptions?\b|\bcaution

[regex.named.closing]
* \bclos(?:e|es|ing)\b|\btakeaway\b|\bconclusion\b|\bconclud|\bends? (?:abruptly|with)\b|\bending\b|\blast line\b

[regex.named.length]
* \btoo short\b|\bvery brief\b|\bmore detail\b|\blonger\b|\bthin\b

[strength.direct]
* It opens with a direct answer, so the reader knows at once where it is going.
* The opening meets the question head-on instead of circling around it.
* The main point about {subject} is stated directly in the first lines.

[strength.reason]
* It gives a reason for what it recommends, which makes the advice easier to trust.
* The answer explains why its approach to {subject} should work.
* The reasoning behind the advice is visible and easy to check.

[strength.structure]
* The numbered steps can be followed one after the other without guessing.
* Its ordered structure makes the advice on {subject} easy to act on.
* A clear sequence of steps turns general advice into something usable.

[strength.example]
* A concrete example shows what {subject} can look like in real life.
* The example makes the general points tangible and memorable.
* It illustrates its advice on {subject} with a believable case.

[strength.caveat]
* It names a limit of its own advice, which is honest and useful.
* The caveat keeps readers from applying the advice where it does not fit.
* The answer admits that {subject} has risks or exceptions instead of promising too much.

[strength.closing]
* The closing takeaway gathers the thread in a single line.
* It ends with a conclusion that can be remembered without rereading.
* The final lines bring the discussion of {subject} to a clear close.

[strength.topic]
* The answer stays with {subject} throughout and does not drift away.
* It keeps {subject} in view and uses everyday words.
* The wording on {subject} is calm and readable.

[strength.general]
* The tone is polite and suits a wide range of readers.
* The sentences are complete and easy to follow.
* There is no padding with unrelated claims.
* The language is plain and free of jargon.

[strength.none]
* There is little text to judge so far, but nothing in it is misleading.
* The reply leaves every option open, which makes it easy to build upon.

[weakness.direct]
* It has no direct opening: the reader must search for the actual answer.
* The opening circles around {subject} and does not answer the question up front.
* The first sentence does not state the main point directly.

[weakness.reason]
* It gives no reason for its claims, so the reader has to take them on trust.
* An explanation is missing: nothing says why this approach to {subject} should work.
* The answer asserts a good deal but does not explain why it holds.

[weakness.structure]
* There are no ordered steps, which makes the advice hard to put into practice.
* It lacks structure: points on {subject} stand side by side without any sequence.
* The reader is not told in which order to proceed, since no numbered steps are given.

[weakness.example]
* There is no concrete example, so {subject} remains abstract.
* Not a single example shows how the advice works in a real case.
* It stays general and does not illustrate its points on {subject}.

[weakness.caveat]
* It mentions no caveat, as though the advice on {subject} held everywhere.
* Limits and exceptions are passed over in silence.
* The risks of following this advice are not named.

[weakness.closing]
* It ends abruptly and leaves the reader without a takeaway.
* A closing line is missing, so the points on {subject} do not come together.
* There is no conclusion that could be remembered.

[weakness.length]
* The answer is too short to do justice to {subject}; it has only {count} words.
* With {count} words it is very brief and leaves most of the question on {subject} untouched.

[weakness.style]
* As a minor point of style, the sentences on {subject} are of rather similar length.
* A small matter of style: {subject} is named more often than necessary.
* The vocabulary is a little uniform in places, though this hardly disturbs.
* Some transitions between paragraphs could be smoother.

[suggestion.direct]
* Open with one sentence that answers the question about {subject} directly.
* Put the main point into the first sentence, then develop it.
* Begin with a direct reply and move background on {subject} further down.

[suggestion.reason]
* Add a reason: explain why the recommended way suits {subject}.
* Say why each main claim holds, at least in half a sentence.
* Support the central advice with a short explanation of its logic.

[suggestion.structure]
* Break the advice into {three|four} numbered steps in the order in which they should be done.
* Give {subject} a clear structure, for instance a short numbered list of steps.
* Arrange the actions as an ordered sequence from preparation to review.

[suggestion.example]
* Include one concrete example with a person, a place and a figure.
* Illustrate the advice on {subject} with a short case from daily life.
* Insert an example right after the main claim, so that it can be pictured.

[suggestion.caveat]
* Name one limit or exception, so that readers know when the advice does not hold.
* Add a caveat about the risks or costs of {subject}.
* State for whom the advice on {subject} is unsuitable, as a word of caution.

[suggestion.closing]
* Finish with a closing sentence that gathers the main points on {subject}.
* Add a takeaway in the last line that can be remembered easily.
* Write a one-sentence conclusion instead of stopping after the details.

[suggestion.length]
* Go into more detail on {subject}: at least {min_units} words would be appropriate.
* Make it longer by developing two further aspects of {subject}.

[suggestion.style]
* Vary the rhythm of the sentences on {subject} by mixing short and long ones.
* Replace a few mentions of {subject} by a pronoun where the meaning stays clear.
* Connect neighbouring paragraphs with a short linking phrase.
* Swap one or two repeated words for more precise ones.
"""
