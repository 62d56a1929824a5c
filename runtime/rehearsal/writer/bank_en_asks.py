"""English instructions: how a prompt asks for an aspect, how feedback misses one, and how a proposal asks for it."""

TEXT = r"""
[regex.asked.direct]
* \bdirect (?:answer|reply|opening)\b|\b(?:first|opening) (?:sentence|line)\b|\bto the point\b|\bbottom line\b
* \banswer(?:s|ing)? (?:\w+ ){0,3}?(?:directly|at once|right away|immediately|head-on|up front)\b
* \b(?:begin|start|open)\w* with (?:a|the|your|one) (?:direct|short|plain|clear|brief|main|key|one-sentence)\b

[regex.asked.reason]
* \b(?:explain|say|state|tell) (?:\w+ ){0,4}?why\b|\b(?:give|add|name|state) (?:a|the|your|one|its) reasons?\b
* \breasons? (?:for|behind|why)\b|\bjustif(?:y|ies|ication)\b|\breasoning behind\b

[regex.asked.structure]
* \bstep[- ]by[- ]step\b|\bnumbered (?:steps?|list)\b|\bordered steps\b
* \bclear structure\b|\bstructure (?:the|your|it)\b
* \bin (?:a )?(?:clear|logical) (?:order|sequence)\b|\binto (?:\w+ )?steps\b

[regex.asked.example]
* \b(?:concrete|specific|real|worked|practical|vivid|telling|at least one|one) (?:\w+ )?examples?\b|\billustrat\w+
* \bexamples? (?:from|of) (?:real |daily |everyday )?life\b|\bcases? from\b

[regex.asked.caveat]
* \bcaveats?\b|\blimits\b|\blimitations?\b|\bexceptions?\b|\brisks?\b|\bpitfalls?\b|\bdoes not (?:apply|hold)\b

[regex.asked.closing]
* \b(?:end|close|finish|conclude)s? with\b|\btakeaway\b|\bclosing (?:sentence|line|summary)\b|\blast (?:sentence|line)\b
* \bsum(?:ming)? up\b|\bconclusion\b|\bone[- ]line summary\b

[regex.asked.thorough]
* \bthorough\w*\b|\bexhaustive\w*\b|\bone by one\b|\bleav(?:e|ing) (?:nothing|no gap) out\b|\bwhatever is missing\b
* \b(?:every|each|any|all) (?:the )?(?:gaps?|omissions?|missing)\b|\bexactly what to (?:add|write)\b

[regex.asked.context]
* \bwho (?:is asking|asks)\b|\b(?:one|a|each) (?:\w+ )?sentence of (?:background|context)\b|\beven the easy\b
* \basker's\b|\bself-contained\b|\bpersonal situation\b|\bin the first person\b

[regex.asked.spread]
* \b(?:two|three|several|more|extra|further) (?:\w+ )?constraints\b|\b(?:clearly|much|far) harder\b
* \btrade-?offs?\b|\bwiden the gap\b|\bexpert judgement\b

[regex.asked.task]
* \btrue to the task\b|\bfits? the task\b|\bmake the task (?:plain|explicit|clear)\b|\btask be unmistakable\b
* \bwhat kind of (?:answer|reply) is wanted\b

[regex.asked.distinct]
* \bno two\b|\b(?:not|never|no|without) overlap\w*|\bmutually exclusive\b|\bdistinct\b|\bkeep (?:\w+ ){1,3}apart\b

[regex.asked.granular]
* \bgranular\w*\b|\bas narrow as\b|\bsame (?:level|width|breadth)\b
* \bone (?:specific|single) (?:activity|practice|question)\b
* \bnarrow enough\b|\bspecific rather than general\b

[regex.forbidden]
* \b(?:do not|don't|must not|never|avoid|without|no|not(?! only| just)|skip|omit|leave out)\b[^.;:!?\n]{0,40}$

[regex.complaint]
* \bno\b|\bnot\b|\bn't\b|\black|\bmissing\b|\bnever\b|\bnothing\b|\bwithout\b|\babrupt|\bsilence\b|\btoo\b|\bcircles\b

[regex.named.thorough]
* \bcritique\b|\breview\b|\bthorough|\bvague\b

[regex.named.context]
* \bcontext\b|\bbackground\b|\bsituation\b|\bself-contained\b|\bout of nowhere\b

[regex.named.spread]
* \bdifficult(?:y|ies)\b|\bharder\b|\bconstraints?\b|\bspread\b

[regex.named.task]
* \btask\b

[regex.named.distinct]
* \bdistinct|\boverlap|\bdiffer\b|\bsame words\b

[regex.named.granular]
* \bgranular|\bnarrow|\bbroad\b|\bspecific\b

[must]
* Indispensable in the final answer: {points}.

[regex.must]
* Indispensable in the final answer:[^\n]*

[name.direct]
+ a direct answer in the first sentence

[name.reason]
+ a reason for the main claim

[name.structure]
+ numbered steps

[name.example]
+ a concrete example

[name.caveat]
+ a caveat that names its limits

[name.closing]
+ a closing takeaway

[ask.direct]
* Begin with a direct answer to the question, in one sentence.
* State the main point in the first sentence, before any background.
* Answer the question directly at the start.

[ask.reason]
* Explain why the advice holds, in half a sentence at least.
* Give the reason for every main claim.
* Say in plain words why this should work.

[ask.structure]
* Put what is to be done into numbered steps.
* Work through the matter step by step, in a clear order.
* Break advice into ordered steps that can be followed one after the other.

[ask.example]
* Include one concrete example with people, places or figures.
* Illustrate the main point with a case from everyday life.
* Give at least one worked example.

[ask.caveat]
* Name the limits of the advice and the exceptions to it.
* Add a caveat that says for whom or when the advice does not hold.
* Point out the risks that come with it.

[ask.closing]
* End with one sentence that gathers the thread.
* Close with a takeaway that can be remembered.
* Finish with a one-line summary.

[ask.thorough]
* Be thorough: go through opening, grounds, order, cases, bounds and ending one by one.
* Name every gap, and say exactly what to add to close it.
* Check the answer exhaustively and list whatever is missing.

[ask.context]
* Let it show who is asking and why, even in the easy question.
* Give each question a sentence of background in the asker's own voice.
* Make every question self-contained, with the personal situation behind it.

[ask.spread]
* Give the hard question two or three extra constraints, so that it needs expert judgement.
* Make the hard question clearly harder than the medium one, with a trade-off to weigh.
* Widen the gap between the three by adding further constraints from one to the next.

[ask.task]
* Keep every question true to the task that was given.
* Say in each question what kind of answer is wanted.
* Let the task be unmistakable from the wording.

[ask.distinct]
* No two tags may overlap in meaning or repeat each other's words.
* Keep the tags far apart, as mutually exclusive as the subject allows.

[ask.granular]
* Make each tag as narrow as one specific activity or question.
* Keep all tags on the same level, specific rather than general.

[ask.none]
* Be as helpful and professional as you can.
* Take a deep breath and do your very best work.
* The quality of your work matters a great deal to the reader.
* You are a seasoned professional whom many people trust.

[weakness.relevance]
* Not every question names the theme {subject}, so they could belong anywhere.

[weakness.context]
* The situation behind the questions is missing: {count} of the three come out of nowhere, without any background.
* Context is lacking: nothing shows who asks or why.

[weakness.spread]
* The three do not differ enough in difficulty; the hard one needs further constraints.
* The spread of difficulty is too small: nothing makes the hard question much harder than the medium one.

[weakness.task]
* The task does not show in the wording of every question.
* It is not plain from the questions that they belong to the task.

[weakness.distinct]
* Some of the tags overlap: they do not differ by more than a word.
* The tags are not distinct enough and use the same words.

[weakness.granular]
* Some of the tags are too broad; they are no narrower than the tag above them.
* The tags are not specific enough to be one step narrower.

[weakness.fit]
* It is not plain that all of them belong under {subject}.

[weakness.coverage]
* Sides of {subject} that people meet are left out: nothing stands for them.

[weakness.fine]
* What could still be raised is a matter of taste.
* Little is left to improve.

[strength.relevance]
* The questions grow out of the theme {subject} itself.

[strength.context]
* The questions bring the situation they come from.

[strength.spread]
* The three differ clearly in difficulty.

[strength.task]
* The questions suit the task.

[strength.fit]
* The tags belong under {subject}.

[strength.granular]
* Each tag is a step narrower.

[strength.distinct]
* The tags differ from each other.

[strength.coverage]
* Together they span much of {subject}.

[more.context]
* {setting} {why}
* {setting} {obstacle}

[more.demand]
* While you are at it, weigh {tradeoff}, bear in mind that {limit}, and include {req}.\n
  - Say which assumption everything depends on.\n- Name what would change your conclusion.
* Two conditions come on top: {limit}, and {limit}. Weigh {tradeoff}, and mention {req}.\n
  - Say where experts would disagree.\n- Say how you would notice that you were wrong.

[more.task.role_playing]
* Please play a suitable expert and stay in the part.

[more.task.daily_chat]
* I just feel like a chat about it.

[more.task.domain_knowledge_qa]
* What does an expert know about it that I do not?

[more.task.given_material_processing]
* Please work from this note alone:\n\n> {why}\n> {obstacle}

[more.task.response_format_control]
* Please put your answer into a table.

[more.task.view]
* What is your own view?

[more.task.creation]
* Please write it as a short story.

[regex.question.context]
* \b(?:I|my|me|we|our|us)\b|\n

[regex.question.demand]
* [.?!;](?:\s|$)|^[ \t]*(?:[-*]|\d+[.)]) |, and |\bweigh\b|\bif\b|\bexactly\b|\bat most\b

[regex.task.role_playing]
* \b(?:you are|act as|pretend|imagine|play|part of|in the role|persona|character|as if)\b

[regex.task.daily_chat]
* \b(?:chat|I|my|you|feel|today|lately|fun|evening|weekend)\b

[regex.task.domain_knowledge_qa]
* \b(?:how|why|what|which|explain|when|who|where|compare)\b

[regex.task.given_material_processing]
* \n|:

[regex.task.response_format_control]
* \b(?:json|table|bullets?|list|words|sentences|lines|numbered|columns?|keys?|format)\b
* \b(?:exactly|characters|questions|summary)\b

[regex.task.view]
* \b(?:opinion|view|think|agree|argue|should|position|side|stand|better|worthwhile|fair|make of|advise|convinced?)\b

[regex.task.creation]
* \b(?:write|poem|story|slogan|design|create|compose|invent|draft|sketch|plan|name|imagine|letter|riddle)\b

[said.program]
* The program asks a language model one thing at a time and returns what it writes, field by field.

[said.module]
* The module turns its input fields into the output fields; the better its instruction, the better what comes out.

[said.observations]
* The examples are questions and texts on many subjects, in English and Chinese, from short and easy to long and
  demanding ones. The task seems to be to write what serves a reader best.

[said.summary]
* The data are questions and texts on many subjects, in English and Chinese and of three difficulties. What serves the
  reader best is wanted.

[said.rules]
* What was asked for in so many words was mostly done, and what was left open was often left out.
"""
