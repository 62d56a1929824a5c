"""English question patterns, one section for every task and difficulty.

The leaf tag keeps its capitals and never stands first in a sentence, so that the subject finder recognises it.
It is never the subject of a verb that would have to agree in number.
"""

TEXT = r"""
[role_playing.easy]
* You are {role}. Please introduce {leaf} to {audience} in your own voice.
* Act as {role} and tell me in a few sentences why people care about {leaf}.
* Imagine you are {role}. A visitor asks you what there is to know about {leaf}. What do you say?
* Please play {role}. I am {persona} with one question: where should I start with {leaf}?
* You are {role}, and it is your first day back after {2..6} weeks away. Greet me and say one thing about {leaf}.
* Pretend to be {role} who has {4..30} years of experience with {leaf}. Which piece of advice do you give most often?
* Take the part of {role}. Answer me as you would answer {relative}: is it worth spending time on {leaf}?

[role_playing.medium]
* You are {role}, and I am {persona} who has come to you about {leaf}. {why} Stay in your role, ask me one question
  about my situation, and then give me {two|three} suggestions that fit into {time}.
* Act as {role} in {place}. {^audience} have gathered to hear about {leaf}. Open with a short greeting, explain the
  main idea, and finish with {req}. {obstacle}
* Imagine a conversation about {leaf} between {role} and {persona}. You speak for the first of them. {why}
  Answer kindly, but do not hide the difficult parts, and mention {req}.
* You are {role}. I disagree with nearly everything you say about {leaf}. {obstacle} Reply to me in character,
  concede one point, and defend another with a concrete case.
* Please play {role} who is training {persona}. Today's lesson is on {leaf}. Cover {req} and {req}, and keep to what
  can be taught in {20..60} minutes.
* You are {role} being interviewed on local radio about {leaf}. Answer these in your own voice:\n\n
  - What first drew you to it?\n- Which mistake do you see most often?\n- What would you tell {audience}?
* Act as {role}. {setting} I ask you to look at my plans for {leaf} and to say frankly what you would change.
  Please include {req}, and say it the way you would say it in person.

[role_playing.hard]
* You are {role} leading a meeting on {leaf} in {place}. {obstacle} Two people at the table
  cannot agree how to weigh {tradeoff}. Stay in character and\n\n- sum up both positions fairly,\n
  - propose a compromise, given that {limit},\n- say who does what {when}.\n\nDo not step out of your role.
* Play two parts in turn: {role}, and {persona} who doubts everything. The topic is {leaf}. {why} Write at least
  {6..10} exchanges. The doubter must raise cost, time and risk; the other must answer each with
  {a number|a case|a comparison}, and both must change their minds on something small.
* You are {role}. I will describe my situation, and you must advise me on {leaf} without breaking character.\n\n
  {setting} {obstacle} {why}\n\nConditions:\n\n1. {^limit}.\n2. {^limit}.\n3. You may ask me only one question.\n\n
  Weigh {tradeoff} before you recommend anything.
* Act as {role} who has to give bad news about {leaf} to {audience}. {obstacle} Break the news, explain how it came to
  this, offer {two|three} ways forward and weigh {tradeoff}. Keep in mind that {limit}. Remain calm and in character
  throughout.
* Imagine you are {role} and have {5..12} minutes to convince a sceptical committee to support work on {leaf}.
  {obstacle} Your speech has to\n\n* name the need in one sentence,\n* admit the strongest objection,\n* compare
  {two|three} options,\n* take into account that {limit}.\n\nSpeak in the first person from beginning to end.
* You are {role} mentoring me over several weeks. My aim is to be confident with {leaf} {when}. {setting} {obstacle}
  In character, set out what we do in each week, how you will judge my progress, and what we drop if {limit}.
* Act as {role} at a public hearing on {leaf}. A resident says: "You had {2..6} years and nothing improved." Respond
  in role: acknowledge what went wrong, explain how you weigh {tradeoff}, and commit to {three|four} steps with
  dates, given that {limit}.

[daily_chat.easy]
* Hi! I just found out that {relative} is really into {leaf}. What could I ask about it over dinner?
* I had a long day and would like to think about something pleasant. Tell me something nice about {leaf}?
* Guess what, I finally looked into {leaf} {this week|last night|yesterday}! Is it normal to feel a bit lost at first?
* Hey, do you think {leaf} would be a good thing to try on a rainy weekend?
* So {relative} laughed when I brought up {leaf} at breakfast. Am I the only one who finds it interesting?
* Quick question, since we were just chatting about {leaf}: where do most people begin?
* Morning! I have about {10..40} minutes before work, and I am curious about {leaf}. What should I look at first?

[daily_chat.medium]
* I have been trying to get into {leaf} for about {2..9} weeks now. {obstacle} I do not want to give up, but I could
  use a friendly nudge and maybe two small things to try {when}.
* Funny story: {relative} signed us both up for something to do with {leaf}, and it starts {when}. I have {time} and
  {budget}. What should I prepare, and what can I safely ignore?
* Can I vent for a moment? Yesterday I spent {30..95} minutes on {leaf} and ended up more confused than before. {why}
  How would you go about it, and how do I know that I am getting anywhere?
* My friends and I were arguing about {leaf} last night. One of them says that it is all luck; another says that it
  takes {2..10} years. I am somewhere in the middle. What would you say to each of them?
* I am {persona}, and lately I keep thinking about {leaf}. {why} Do you have an idea for a low-key way to start with
  {time}, ideally together with {relative}?
* You know how some people talk about {leaf} as if it were easy? {obstacle} I would love to hear {req}, and also
  how you would explain it to {relative}.

[daily_chat.hard]
* I need a friend's opinion, not a lecture. {setting} I have put a lot of time into {leaf}, and {relative} thinks
  that I should stop. {obstacle} On the one hand I enjoy it; on the other hand {limit}. How would you weigh
  {tradeoff}, and how do I talk about it at home without starting a row?
* OK, long message, sorry! It is about {leaf}. {why} {obstacle} Here is where I am:\n\n- I have {time}.\n- I can
  spend {budget}.\n- {^relative} wants to join, but we learn at different speeds.\n\nWhat would a sensible next month
  look like, and what would you drop first if it gets too much?
* I am a bit torn. {^relative} invited me to help with {leaf} {when}, but I already promised that time to someone
  else. {obstacle} Help me think it through: what do I gain, what do I lose, how do I say no kindly if it comes to
  that, and is there a middle way given that {limit}?
* So, an update on my adventures with {leaf}. Week one was great, week two was dreadful, and in week {3..7} I nearly
  quit. {obstacle} {why} Could you help me work out what went wrong, pick {two|three} things to change, and tell me
  honestly whether my goal of being decent at it {when} makes sense?
* I have to cheer up {relative}, who has just had a setback with {leaf}. {obstacle} I would like to say something
  warm, suggest a realistic next step, and avoid sounding like I know better. It should fit into a short phone call,
  and {limit}.
* Let me think out loud here. For me {leaf} started as a hobby {2..8} years ago; now people ask me for advice, and
  some even offer to pay. {why} I keep weighing {tradeoff}. What questions should I ask myself, in which order,
  before I decide?

[domain_knowledge_qa.easy]
* What does {persona} new to the field need to understand first about {leaf}?
* In the field of {parent}, what is usually meant by {leaf}? {polite}
* Which {three|four|five} terms should I know before I read about {leaf}?
* How do specialists tell good work from poor work in {leaf}?
* What is the most common misunderstanding about {leaf}, and what is actually true?
* I came across {leaf} in a book on {parent}. Could you explain the basic idea in simple terms?
* Why do people who study {parent} pay attention to {leaf}?

[domain_knowledge_qa.medium]
* {setting} I would like to understand how {leaf} came to look the way it does today. Please cover {req}, {req},
  and how it relates to the rest of {parent}.
* I understand the outline of {leaf}, but not how the parts depend on each other. {why} Could you explain the two or
  three main factors, say how they interact, and include {req}?
* What separates an average result from an excellent one in {leaf}? {obstacle} Please compare both on
  {three|four} criteria and tell me which of them can be improved with {time}.
* Suppose that {audience} ask me how experts measure progress in {leaf}. Which measures are common, what does each of
  them miss, and which one would you choose for a group of {5..40} people?
* There seem to be two schools of thought about {leaf}. {why} What does each side claim, what evidence would settle
  the matter, and where do they agree?
* {setting} Before we spend {budget}, I need to know the essentials of {leaf}:\n\n- {^req}\n- {^req}\n-
  {^req}\n\n{polite}

[domain_knowledge_qa.hard]
* {setting} {obstacle} I need a careful explanation of {leaf} that goes beyond an introduction. Please\n\n
  1. state the underlying principles,\n2. show where they stop being valid,\n3. weigh {tradeoff},\n
  4. recommend a course of action, given that {limit}.\n\nSay which of your claims are well established and which are
  matters of judgement.
* Two advisers disagree about {leaf}. The first expects an improvement of {12..45} percent within a year; the second
  says that the effect vanishes once one weighs {tradeoff}. {obstacle} Which assumptions lead to each forecast, how
  could they be tested with {budget}, and what would you do in the meantime if {limit}?
* Trace the chain of causes that links everyday choices in {place} to long-term results in {leaf}. Identify at least
  {three|four} links, say how strong each one is, point out where {parent} offers conflicting evidence, and explain
  what would follow if one link failed.
* I have to brief {audience} on {leaf} {when}. {obstacle} They will ask about cost, risk and alternatives. Prepare me:
  give the background, the best argument on either side, a worked case with numbers (assume {20..90} participants and
  {budget}), and the points on which nobody can be certain.
* How would you design a small study of {leaf} in {place} with {24..96} participants? {obstacle}
  Deal with the choice of measures, the comparison group
  and likely sources of error, and weigh {tradeoff}. {^limit}, so be explicit
  about what has to be left out.
* Here is a simplified rule that is often used for {leaf}:\n\n```\nscore = {2..9} * effort + {1..5} * experience\nif
  score > {40..90}:\n    result = "continue"\nelse:\n    result = "review"\n```\n\nExplain what such a rule gets
  right and what it ignores. {obstacle} Then propose a better one that weighs {tradeoff}, test it on two cases, and
  say how it behaves when {limit}.

[given_material_processing.easy]
* Please sum up the following note on {leaf} in one sentence.\n\n> {passage_short}
* Read this short text and tell me its main point about {leaf}.\n\n"{passage_short}"
* Here is a message that I received about {leaf}:\n\n> {message}\n\nWhat does the writer want from me?
* Which of these entries on {leaf} is the most urgent?\n\n{list_material}
* Correct the tone of this sentence on {leaf} so that it sounds friendly:\n\n> {rude_sentence}
* Below are a few figures about {leaf}. Which month was the busiest?\n\n{month_list}
* Find the two facts in this note about {leaf} that could be checked:\n\n> {passage_short}

[given_material_processing.medium]
* {setting} The table below comes from our records on {leaf}.\n\n{table_material}\n\nPlease describe the trend in two
  or three sentences, name the row that stands out, and suggest one question that the table cannot answer.
* Below is part of a conversation about {leaf}.\n\n{dialogue_material}\n\nSummarise what each speaker wants, and
  write a reply that both of them could accept.
* I took these notes at a talk on {leaf}:\n\n{notes_material}\n\nTurn them into a short paragraph for {audience}.
  Keep all figures, and leave out whatever is only opinion.
* The following text about {leaf} will be printed in a newsletter.\n\n> {passage_long}\n\nShorten it to about
  {50..80} words, keep the figures, and give it a title.
* This log was written by a small program that keeps our records on {leaf}:\n\n{log_material}\n\nWhat happened, in
  what order, and which line deserves attention first?
* Someone sent me this script for sorting our data on {leaf}.\n\n{code_material}\n\nExplain in plain words what it
  does, and point out {one thing|two things} that could go wrong.

[given_material_processing.hard]
* I have two sources on {leaf} that do not quite agree.\n\n**Source A**\n\n> {passage_long}\n\n**Source
  B**\n\n{table_material}\n\nCompare them point by point, say which statements can be reconciled, and draft a
  conclusion for {audience}. Mark everything that is an inference, and mind that {limit}.
* Read the minutes of a meeting on {leaf}.\n\n{dialogue_material}\n\n{notes_material}\n\nPrepare\n\n1. a list of
  decisions,\n2. a list of open questions with an owner for each,\n3. a short note that weighs {tradeoff}.\n\nDo not
  add facts that are not in the material.
* The table shows {leaf} at {four|several} sites.\n\n{table_material}\n\nA colleague concludes: "{claim}" Check this
  claim against the figures, explain what else could account for the pattern, and propose how to find out with
  {budget}. {obstacle}
* Below are a log and the script that produced it; both belong to a project on
  {leaf}.\n\n{log_material}\n\n{code_material}\n\nFind the likely cause of the warning, describe a fix step by step,
  and say how you would test it. Keep in mind that {limit}.
* Here is everything I have for a report on {leaf}:\n\n{notes_material}\n\n{table_material}\n\n> {passage_short}\n\n
  Write an outline with {four|five} headings, place every figure under one of them, and flag any contradictions.
  The report is for {audience}, and {limit}.
* {setting} We asked people about {leaf} and received these replies:\n\n{reply_list}\n\nGroup the replies into
  themes, weigh {tradeoff}, and recommend two actions. For each action quote the reply that supports it, and note
  that {limit}.

[response_format_control.easy]
* List exactly {three|four|five|six} facts about {leaf} as bullet points, one line each.
* Explain {leaf} in at most {180..320} words and without the word "{banned}".
* Give me a Markdown table on {leaf} with the columns `{column}` and `{column}`.
* Answer with a JSON object that has the keys `{key}` and `{key}`. The topic is {leaf}.
* Describe {leaf} in exactly {three|four} short paragraphs, each with a bold title.
* Write {four|five|six} questions about {leaf}, each on a line of its own and ending in a question mark.
* Finish this with a list of exactly {three|four} bullet points: what to bring along when I begin with {leaf}.

[response_format_control.medium]
* {setting} Please present the essentials of {leaf} as a Markdown table with the columns `{column}`, `{column}` and
  `{column}`. Use {four|five|six} rows, and keep every cell under {8..14} words.
* Return a JSON object about {leaf} with exactly these keys: `{key}`, `{key}` and `{key}`. The last one must hold a
  list of {three|four} strings. {why} Put the JSON in a fenced code block.
* Explain {leaf} to {audience} in exactly {five|six|seven} bullet points. Each one begins with a verb and has at most
  {12..20} words. Do not use the word "{banned}".
* I need a text on {leaf} in two parts: first a summary of at most {40..70} words, then a numbered list of
  {four|five} recommendations. {obstacle} Use no more than {220..340} words in all.
* Write a short reference card on {leaf} with the headings "What", "How" and "When". {why} Under each heading put
  {two|three} bullet points, and end with one sentence in italics.
* Compare two approaches to {leaf} in a table with the columns `{column}`, `{column}` and `{column}`, followed by one
  sentence that names your choice. {setting} Avoid the word "{banned}".

[response_format_control.hard]
* Produce a JSON document on {leaf} for a program that rejects anything else. Required keys: `{key}`, `{key}`,
  `{key}` and `{key}`. Rules:\n\n- Every string has at most {15..30} words.\n- One of the values is a list with
  exactly {three|four|five} items.\n- The word "{banned}" does not occur.\n\nThe content must take into account that
  {limit}.
* {setting} {obstacle} Write a decision sheet on {leaf} in this order:\n\n1. one sentence with the
  recommendation,\n2. a Markdown table with the columns `{column}`, `{column}` and `{column}` and exactly
  {three|four|five} rows,\n3. exactly {three|four} bullet points that weigh {tradeoff},\n4. a last line in
  bold.\n\nStay below {260..340} words.
* Fill in this template about {leaf} and keep its layout:\n\n```\nTITLE: ...\nFOR: {audience}\nSTEPS ({3..6}):
  ...\nRISK: ...\nLAST CHECK: ...\n```\n\nNo line may be longer than {20..30} words, the word "{banned}" is not
  allowed, and the steps must take into account that {limit}.
* Answer in exactly {four|five|six} bullet points about {leaf}. The first states a thesis, the last a conclusion, and
  those between alternate between an argument for and one against. {obstacle} Each has between {12..16} and {20..28}
  words, and none contains the word "{banned}". They must weigh {tradeoff}.
* Write about {leaf} twice: once as a Markdown table with the columns `{column}`, `{column}` and `{column}`, and once
  as a paragraph of at most {90..140} words for {audience}. Both must hold the same facts, mention {budget}, and
  reflect that {limit}. {why}
* Give a plan for {leaf} as a list of exactly {five|six|seven} bullet points. Begin each with a bold time span, add a
  cost in brackets so that the total stays within {budget}, and close with one line that weighs {tradeoff}. Use no
  more than {240..330} words, and mind that {limit}.

[view.easy]
* Do you think that {leaf} should get more attention than today? Give me your opinion and one argument for it.
* In your view, is it better to learn {leaf} alone or in a group of {4..20} people?
* {^relative} finds {leaf} overrated. What is your opinion?
* If you could change one thing about how people deal with {leaf}, what would it be?
* Should {leaf} be taught at {school|university|evening classes}? Please take a side.
* What do you personally find most worthwhile about {leaf}?
* Is it ever too late to begin with {leaf}? Tell me what you think.

[view.medium]
* {setting} Some of us believe that {leaf} should be left to professionals; others want everyone to take part. What
  is your view? Give two arguments and answer one objection.
* Where do you stand on the claim that {leaf} used to be better {10..40} years ago? {why} Say what has
  improved, what has not, and how sure you are.
* A columnist wrote that money spent on {leaf} would be better spent elsewhere in {parent}. {obstacle} Do you agree?
  State your position and the fact that would change your mind.
* In your opinion, who should pay for {leaf}: those who use it, the public, or sponsors? Please argue for one of
  them, with {audience} in mind, and mention {req}.
* {setting} Do you think that strict rules help or harm {leaf}? Choose a side, name the best argument of the other
  side, and say what you would do {when}.
* What do you make of the trend to bring screens and apps into {leaf}? {why} Weigh {tradeoff}, and end with
  a clear position.

[view.hard]
* {setting} {obstacle} We have to decide whether {leaf} should come first in our plans. What is your opinion?
  Please\n\n- set out the strongest case for and against,\n- weigh {tradeoff},\n- say how your view changes if
  {limit},\n- end with a recommendation and your degree of confidence in percent.
* Three positions on {leaf} are common: keep things as they are, reform them slowly, or start afresh. {why} Judge
  each one on fairness, cost and effect on {audience}, say where the evidence is thin, and take a position that
  survives the objection that {limit}.
* Critics say that the debate about {leaf} is really one about {tradeoff}. Do you agree? Give your view, test it
  against a case from {place}, reply to the best counterargument, and state what you would still concede.
* Imagine that {budget} could go either to {leaf} or to another part of {parent}. {obstacle} Argue for one side, then
  for the other, and then tell me your own opinion. Name the assumption on which everything hangs, and consider that
  {limit}.
* My own view is that {leaf} will matter less in {5..25} years than today. {why} Challenge me: which trends speak
  against that, which of my assumptions are weak, how do you weigh {tradeoff}, and what would you advise {audience}
  to do today?
* Is it fair to judge the past of {leaf} by the standards of today? {setting} Take a stand, separate questions of
  fact from questions of value, weigh {tradeoff}, and show what follows for a decision we have to make {when}, given
  that {limit}.

[creation.easy]
* Write a short poem about {leaf}. The mood should be {mood}.
* Please come up with a catchy slogan for a small event on {leaf} in {place}.
* Write the opening of a short story set in {place}, in which {leaf} must play a part.
* Invent a name and a one-sentence description for a club in {place} devoted to {leaf}.
* Draft a friendly invitation to an afternoon about {leaf} in {place}.
* Compose a riddle for {audience} whose solution has to do with {leaf}.
* Sketch a simple poster on {leaf} for {audience}: one heading, one picture, one line of text.

[creation.medium]
* Write a short story about {leaf} set in {place}. The main character is {persona}, the mood is {mood}, and the
  ending should leave one question open.
* Write a poem of {three|four} stanzas on {leaf} for {audience}. The mood should be {mood}. {why} Please use one image
  from nature and avoid clichés.
* Design a workshop on {leaf} for {audience}, lasting {60..150} minutes. {setting} Include a warm-up, one main
  activity and {req}.
* Create a slogan and a short text for a leaflet on {leaf}. {setting} The tone should be {mood}, and the text
  should say that the whole event costs {budget}.
* Write a letter from {persona} to {kin} about a memorable day with {leaf}. {obstacle} Mention one smell, one sound
  and one small surprise.
* Make a plan for a {3..7}-day programme around {leaf} in {place}. It should suit {audience}, cost {budget} and
  contain {req}.

[creation.hard]
* Write a story of three scenes in which {leaf} must bring together {persona} and
  {kin}. {obstacle} Constraints:\n\n
  - each scene takes place at a different time of day,\n- the mood moves from {mood} to {mood},\n
  - the conflict is one of {tradeoff},\n- the last line repeats the first with one word changed.
* Design a complete campaign for {leaf} aimed at {audience}. {setting} It needs a slogan, a poster idea, a timetable
  for {4..10} weeks and a way to measure success. {^limit}, and {limit}. Explain how you weigh {tradeoff}.
* Compose a poem on {leaf} in {four|five} stanzas. In it, {persona} speaks first and {role} answers. The mood changes
  from {mood} to {mood}; every stanza contains a number; the question of {tradeoff} is never named, but can be felt.
* Create a board game about {leaf} for {2..6} players. {why} Describe the aim, the pieces, a sample turn and two
  strategies, balance {tradeoff}, and adapt it for {audience}. It should be makeable with {budget}, and {limit}.
* Write a one-act scene about {leaf} set in {place}. Three people, one secret, and at most {12..20} lines of
  dialogue. {obstacle} The mood is {mood}; two of them argue about {tradeoff}; the secret comes out in a stage
  direction only.
* Plan an exhibition on {leaf} with {four|five|six} stations in {place}. {setting} For every station give a title, an
  object, an activity and a label of at most {25..45} words. Link the stations by a story, weigh {tradeoff}, and mind
  that {limit}.
"""
