"""English verdicts: how it is worded that one answer is better than another, or as good."""

TEXT = r"""
[better.direct]
* Answer {better} says at once what matters about {subject}; Answer {worse} takes longer to come to the point.
* The question is met head-on in Answer {better}, which Answer {worse} does not do.

[better.reason]
* Answer {better} explains why, where Answer {worse} only asserts.
* Only Answer {better} gives reasons that can be checked.

[better.structure]
* Answer {better} can be followed step by step; Answer {worse} leaves its order to the reader.
* The steps in Answer {better} make {subject} easy to act on, and Answer {worse} has none.

[better.example]
* Answer {better} shows {subject} on a case from life, and Answer {worse} stays general.
* The example in Answer {better} makes its point tangible; Answer {worse} offers nothing of the kind.

[better.caveat]
* Answer {better} says where its advice ends; Answer {worse} promises more than it can hold.
* Only Answer {better} is open about risks and exceptions.

[better.closing]
* Answer {better} gathers its thread at the end, while Answer {worse} just stops.
* What to remember about {subject} is plain at the end of Answer {better} and not of Answer {worse}.

[better.general]
* Taken as a whole, Answer {better} serves the question about {subject} somewhat better than Answer {worse}.
* The two are close; Answer {better} is a little more useful than Answer {worse}.

[better.none]
* Both answers serve the question about {subject} about equally well.
* There is no difference between the two on {subject} that would matter to a reader.
"""
