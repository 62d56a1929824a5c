"""English answers: the sentences of every feature, of every shape of answer, and neutral ones in between.

Sentences outside the feature sections must not contain any of the marker phrases.
The subject is never the subject of a verb that would have to agree in number.
"""

TEXT = r"""
[marker.direct]
+ In short, / Put briefly, / The short answer is / Straight to the point: / Simply put, / In one sentence:

[marker.reason]
+ because / The reason is / The logic behind this is / which explains why / The main reason

[marker.example]
+ For example, / For instance, / To illustrate, / As an example, / Picture this case: / Take one case:

[marker.caveat]
+ However, / One caveat / A word of caution / Keep in mind that / That said, / The main limit / Be aware that

[marker.closing]
+ To sum up, / In the end, / The takeaway / All in all, / The point to carry away / Taken together,

[regex.step_line]
* ^[ \t]*\d{1,2}[.)][ \t]+\S

[regex.step_words]
* \bStep (?:1|one)\b.{0,400}?\bStep (?:2|two)\b
* \bfirst,.{1,400}?\b(?:second|then|next),

[direct.talk]
* In short, the best way into {subject} is to begin small, watch closely and adjust
  {one thing at a time|step by step}.
* Put briefly, {subject} will repay {patience|steady attention} far more than a hurried start.
* The short answer is that {subject} can be approached with modest means, provided that the goal is clear.
* Straight to the point: decide what you want from {subject}, then choose the simplest route that leads there.
* Simply put, with {subject} it is the basics, done regularly, that make most of the difference.
* In one sentence: treat {subject} as a craft that grows through use and honest review.
* The short answer is yes, {subject} can fit your situation, as long as you settle the {main question|limits} early.
* Simply put, a good result in {subject} depends on {preparation|clear priorities} more than on talent or equipment.
* In short, {subject} should be judged by what it does for the people involved, not by how it looks from outside.
* Put briefly, there is a workable middle way in {subject}, and it is easier to reach than most people expect.

[direct.make]
* In short, here is a piece that takes {subject} as its subject and keeps to the form you asked for.
* Put briefly, the text below puts {subject} at its centre and follows your request.
* Straight to the point: this version looks at {subject} through one clear picture.
* In one sentence: what follows treats {subject} in the form you asked for, with as little decoration as possible.
* Simply put, the lines below give {subject} a shape that can be used as it stands.
* The short answer is below, with {subject} kept in view from the first line to the last.

[reason]
* This works because {subject} will only {make sense|fall into place} once the parts are seen {side by side|in order}.
* The reason is that small steps in {subject} leave room for correction, while large ones hide their own errors.
* The logic behind this is plain: whoever works on {subject} needs quick signals about what helps and what does not.
* The main reason lies in how {subject} {has to be|must be} learned, namely through repeated contact with real
  situations.
* Progress comes this way because attention is limited, and {subject} can easily ask for too much of it at once.
* Most people see results after {2..7} weeks, which explains why patience with {subject} is more useful than force.
* The reason is partly practical: time spent on the foundations of {subject} is saved {twice over|many times} later
  on.
* The logic behind this is that {subject} must serve a purpose, and a purpose makes every later choice easier.

[step_lead]
* A workable order for {subject} looks like this:
* These steps keep {subject} manageable:
* You could go about {subject} as follows:
* The following sequence has served many people with {subject}:
* A plan for {subject} that fits into {3..9} weeks:

[step_begin]
* Write down in one line what you expect from {subject}.
* Set aside {15..45} minutes and list what you already know about {subject}.
* Choose one narrow part of {subject} and leave the rest for later.
* Ask someone with experience in {subject} which part they would begin with.
* Settle what a good result in {subject} would look like in {3..8} weeks.
* Gather what you have at hand for {subject} before you buy anything.

[step_middle]
* Try it {twice|three times} on a small scale and note what happened each time.
* Compare your notes with one reliable source and mark every difference.
* Change a single thing, then watch for {3..10} days.
* Share a first version with {two|three} people and collect their questions.
* Drop whatever has not helped after {2..4} attempts.
* Put the open points in order of importance and work on the top {two|three}.
* Keep a simple record: date, time spent, result.
* Practise the hardest part separately, for {10..25} minutes at a time.

[step_end]
* Review the result with somebody else and decide what to keep.
* Repeat the part that worked and plan the next {2..5} weeks around it.
* Write a half-page summary, so that others can take over.
* Fix a date to look back at the whole and correct the course.
* Explain what you learned to a newcomer; gaps will show at once.

[example]
* For example, {case_person} who turned to {subject} in {place} began with {10..40} minutes a day and
  had a {clear routine|usable result} after {3..9} weeks.
* For instance, a group of {5..20} people working on {subject} cut their list of goals from {7..12} to {2..4} and
  finished {4..15} days early.
* To illustrate, {case_person} kept notes on {subject} for {2..6} months and found that {two|three} habits accounted
  for most of the progress.
* As an example, a team in {place} tested {subject} with {8..30} volunteers first, and {60..90} percent of them wanted
  to go on.
* Picture this case: {case_person} has {budget} and one free evening a week for {subject}; borrowing the equipment
  and sharing the cost leaves enough for a second attempt.
* Take one case: {case_person} in {place} failed with {subject} twice, changed only the order of the work, and
  succeeded on the third try within {10..30} days.
* For instance, {case_person} explained {subject} to {audience} with {three|four} pictures and no special terms,
  and the questions afterwards were far better than usual.

[case_person]
+ a bus driver / a school nurse / a young teacher / a retired engineer / a shop owner / a music student / a gardener
+ a market trader / a night porter / a clerk / a carpenter / a hospital cook / a librarian / a student of law

[caveat]
* However, not every piece of advice on {subject} will fit {place}, so test it before you rely on it.
* One caveat: results in {subject} can vary widely, and a single success proves little.
* A word of caution: when money, health or safety are at stake, {subject} should be discussed with a qualified person.
* Keep in mind that figures such as these are rough guides, and that {subject} may look different in {4..9} months.
* That said, anyone with less than {2..4} hours a week should lower the goal rather than rush {subject}.
* The main limit of this view is that it says little about rare cases of {subject}.
* Be aware that enthusiasm for {subject} tends to fade after the first {3..6} weeks, so plan for that moment.

[closing]
* To sum up, keep {subject} small, visible and regular, and let the results decide the next step.
* In the end, {subject} will reward those who look closely and stay honest about what they see.
* The takeaway for {subject} is to {begin today|start with one part}, measure something simple and keep what works.
* All in all, a clear purpose and a little routine go a long way with {subject}.
* The point to carry away is that {subject} can be shaped by ordinary people with ordinary means.
* Taken together, these points make {subject} easier to {judge|handle|explain} and far less daunting.
* All in all, {subject} will ask for {two|three} good decisions at the start and for patience after that.

[filler]
* Questions about {subject} usually touch on time, cost and the people involved, and these three can be handled one
  by one.
* There is a good deal of advice on {subject}, and the most useful part of it tends to be short.
* Those who have worked on {subject} for years often describe it in surprisingly plain words.
* It helps to separate what is known about {subject} from what is merely repeated.
* A fair picture of {subject} includes both the pleasant side and the tedious one.
* Many details of {subject} can wait until the outline is clear.
* Two people can look at {subject} and see quite different things, depending on what they need.
* The vocabulary of {subject} may sound technical, yet most of it describes everyday actions.
* Good work in {subject} is often quiet and hardly noticed from outside.
* Interest in {subject} tends to grow once the first small results appear.
* A short conversation with someone who knows {subject} can replace hours of searching.
* What counts as success in {subject} should be agreed on before anyone begins.
* Records kept by others who dealt with {subject} offer a useful point of comparison.
* The surroundings matter as well: {subject} will feel different in {place} than in {place}.
* Over {6..24} months, even slow progress with {subject} adds up to something solid.
* Attention to detail pays off in {subject}, especially near the beginning.
* About {40..80} percent of the effort in {subject} goes into preparation that nobody sees.
* Curiosity is a better guide to {subject} than ambition.
* In discussions of {subject}, the same {three|four} questions come up again and again.
* It is worth asking who benefits from {subject}, who pays for it and who does the work.
* A calm pace suits {subject} well, and breaks belong to the work.
* Newcomers to {subject} often underrate how much they already know.

[further]
* A useful addition is a short log: note {two|three} observations on {subject} after every session and read them again
  after {2..6} weeks.
* Another angle on {subject} comes from {case_person}, who set a limit of {15..50} minutes and stopped on time every
  day.
* It also pays to compare {subject} with a neighbouring field and to borrow {one|two} of its habits.
* A second point of comparison: in {place}, {case_person} asked {4..12} people about {subject} and built the plan on
  their three most frequent answers.
* For a quick check on {subject}, explain it to {case_person} in {2..5} minutes and watch where the questions arise.
* Further practice with {subject} may be split into blocks of {10..30} minutes with a short review after each.
* One more detail helps with {subject}: prepare {the materials|a checklist|the room} on the evening before.
* A small budget of {budget} can be divided for {subject}: half for essentials, a quarter for repairs, the rest in
  reserve.
* Where {subject} must be shared among several people, {case_person} might keep the list while {two|three} others do
  the work.
* A useful measure for {subject} is the number of attempts per week, which should rise from {1..2} to {3..5}.

[detail_line]
* The detail of {detail} in your question is worth holding on to while you plan {subject}.
* You mention {detail}, and that gives {subject} a helpful frame.
* With {detail} as the fixed point, the rest of {subject} can be arranged around it.
* Since the question names {detail}, {subject} should be planned from that figure backwards.

[range_line]
* The figures in the material run from {low} to {high}, a span that deserves attention before anything else is said
  about {subject}.
* Between the lowest figure, {low}, and the highest, {high}, there is enough room for several readings of {subject}.
* The material on {subject} gives {high} as its largest figure and {low} as its smallest.

[role_line]
* Speaking as {role_name}, I have seen {subject} from close by for many years, and I still learn something every
  season.
* As {role_name}, I meet people with your question about {subject} almost every week, so do take a seat.
* You have come to the right place: as {role_name}, I deal with {subject} between the first cup of tea and closing
  time.

[shape.role]
* My own teacher in {subject} used to say that the hands understand before the head does, and I have found that to be
  true. So I would show you {one thing|two things} first and talk afterwards.
* If you stood beside me for {20..60} minutes, you would see how {subject} can look on an ordinary day: some waiting,
  some checking, and now and then a good surprise.
* People expect secrets from me when they ask about {subject}. I have none to offer, only {three|four} habits
  that I keep even on a bad day.

[shape.chat]
* I like that you are thinking about {subject}, and feeling unsure at this point is completely normal. Give yourself
  {2..5} relaxed evenings before you decide anything.
* That sounds like a good story to tell later! With {subject}, nearly everybody has a clumsy beginning, and the people
  around you will remember the effort rather than the mistakes.
* What a nice thing to bring up. I would talk about {subject} with someone you trust, over tea, without any plan,
  and see which part makes you both lean in.

[shape.opinion]
* My view is that {subject} should be supported wherever many people gain at a fair cost, and less wherever it is a
  matter of habit. The strongest opposing argument concerns money, and I take it seriously.
* I come down in favour of {subject}, with a moderate degree of confidence, about {60..85} percent. Those who disagree
  have a point when they speak of wasted effort.
* I would take the middle position on {subject}: keep what has proved itself over {5..20} years, and be generous with
  small trials of anything new.

[shape.summary]
* The material on {subject} makes three points. It describes a change over time, it names those who are affected, and
  it leaves the question of causes open.
* Read as a whole, the material shows {subject} at a turning point: the early difficulties are over, some figures are
  encouraging, and a decision is due.
* What the material says about {subject} can be put plainly: effort went up, results followed unevenly, and one item
  stands out from the rest.

[shape.plain]
* There are two sides to {subject}: the part that can be read about, and the part that has to be tried. Both are
  within reach, and each makes the other clearer.
* It helps to look at {subject} on three levels: the single action, the weekly routine and the long view over
  {1..5} years. Most difficulties arise where these levels do not match.
* The heart of {subject} can be described in everyday terms: somebody needs something, conditions set limits, and
  judgement closes the gap.

[shape.code]
* The snippet on {subject} reads its input, keeps whatever passes a condition and reports the rest. Two places deserve
  a test: empty input, and values that sit exactly on the boundary.
* What the lines on {subject} do is simple: they walk through the records, count or filter them, and stop. A missing
  value would break this, so a check belongs at the top.

[shape.story]
* The door of the workshop stood open when the rain began. {^case_person} looked up from the table, where everything
  to do with {subject} lay in careful rows, and said nothing for a while.\n\n"You came for the answer," she said at
  last. "I only have {subject}, and {time} to show you."\n\nBy evening the rain had stopped, and neither of them had
  noticed.
* On the first morning of the year, {case_person} found a note under the door: "Bring what you know of {subject}."
  There was no name.\n\nThe road led to {place}, where a lamp burned and {6..15} chairs stood in a circle. One by one
  they filled. Nobody spoke of the note, but everyone spoke of {subject}, and the last chair stayed empty.

[poem_open]
* Before the town has found its voice,
* A quiet lamp, a table, and
* The morning lays its silver thread,
* When rain has washed the narrow lane,
* The kettle hums, the window clears,

[poem_subject]
* I think of {subject} once again,
* and {subject} may be near at hand,
* we speak of {subject}, soft and low,
* with {subject} written on a page,
* and there, for {subject}, room enough,

[poem_middle]
* a patient hand, a careful eye,
* a question folded like a sail,
* the slow return of something known,
* a little warmth against the wind,
* and time that asks for no reply,

[poem_end]
* and all the rest can wait.
* and evening finds us still at work.
* the door stays open for a friend.
* and nothing here is ever lost.
* the river takes it to the sea.

[slogan]
* **{^subject}: one step closer every day.**
* **Come for {subject}, stay for the people.**
* **Small steps, steady hands: {subject} for all of us.**
* **{^subject} - made simple, made together.**

[slogan_note]
* The line is short enough for a poster and can be read from {5..15} metres. Below it there is room for a date, a
  place and one picture of people busy with {subject}.
* It promises nothing that {subject} cannot keep, and it still sounds inviting when read aloud {twice|three times}.

[bullet]
* Begin with the part of {subject} that costs least.
* Write down {two|three} goals before any work starts.
* Borrow equipment for the first {2..6} weeks.
* Ask {two|three} experienced people the same question.
* Check the result against a simple standard.
* Leave {10..30} percent of the time for surprises.
* Talk about difficulties early and calmly.
* Share what you learn about {subject} with others.
* Keep dates, amounts and results in one list.
* Stop anything that has no clear purpose.
* Use plain words when you describe {subject}.
* Plan breaks as carefully as the work itself.

[cell]
+ low at first, then rising / about {2..9} hours / once a week / shared by {2..5} people / easy to learn
+ needs a test run
+ {10..90} dollars / best in the morning / depends on the group / saves time later / moderate / high in the first month
+ a short checklist / ask for advice / fewer errors / loss of interest / every {2..6} days / notes and a timer

[row]
+ Preparation / First trial / Routine / Review / Handover / Repair / Training / Follow-up / Records

[default_columns]
+ Stage / Purpose / Advice

[default_keys]
+ topic / summary / tips

[field_value]
* A compact view of {subject}
* For people who meet {subject} for the first time
* Begin small and review after {2..8} weeks
* About {2..6} hours a week
* Clear goals, few tools, regular notes
* Between {20..80} and {90..200} dollars
* Ask early, test often, keep records of {subject}
* Moderate, with a quiet start
* Loss of interest after the first {3..6} weeks

[question_line]
* What would change first if {subject} could be started again from nothing?
* Who gains most from {subject}, and who has to wait?
* Which part of {subject} can be tried within {10..50} minutes?
* How would a beginner notice progress in {subject}?
* When should somebody ask for help with {subject}?
* Where do experts on {subject} still disagree?
* What does work on {subject} cost over {2..9} years?

[number_words]
+ zero / one / two / three / four / five / six / seven / eight / nine / ten / eleven / twelve

[json_fence]
* ```json
"""
