"""English material for questions: roles, passages, tables, dialogues, notes, logs and code."""

TEXT = r"""
[role]
+ a patient museum guide / a strict but fair examiner / a village doctor / an experienced workshop leader
+ a radio presenter / a night porter / a retired sea captain / a school counsellor / a market researcher
+ a cautious city planner / an energetic youth coach / a careful archivist / a travelling repairer
+ a head gardener / a veteran editor / a friendly librarian / a sceptical accountant / a theatre director
+ a community mediator / a science teacher / a train conductor / an old shopkeeper / a training officer
+ a field researcher / a kitchen chef / a customs inspector / a chess trainer / a storyteller

[mood]
+ hopeful / gentle / playful / wistful / tense / solemn / cheerful / dreamy / curious / restless / warm / dry and witty

[banned]
+ amazing / basically / obviously / actually / literally / stuff / huge / perfect / awesome / totally

[key]
+ title / summary / audience / goal / duration / cost / tools / steps / risks / tips / sources / level / result / checks

[column]
+ Item / Purpose / Cost / Time / Difficulty / Benefit / Risk / Tool / Stage / Owner / Option / Advice / Frequency

[passage_open]
* Over the past {3..18} months, interest in {leaf} has grown steadily in {place}.
* When the group in {place} first turned to {leaf}, only {4..15} people came.
* A survey of {60..480} residents asked how they felt about {leaf}.
* The old approach to {leaf} had been in use for {6..30} years before anyone questioned it.
* Last year {23..89} percent of our members said that they wanted to hear more about {leaf}.
* Three volunteers spent {5..20} weeks collecting notes on {leaf}.

[passage_middle]
* Most of those involved, about {55..90} percent, said that the first weeks were the hardest.
* Costs fell from {310..580} to {120..300} dollars once equipment was shared.
* Attendance was highest in the evening, with {18..60} people, and lowest at noon, with {3..15}.
* The number of complaints dropped from {21..40} to {2..20}, although nobody had expected it.
* One participant remarked that the short breaks helped more than the long lessons.
* Two methods were compared, and the slower one gave better results in {5..9} out of 10 cases.
* The organisers changed the timetable {twice|three times} before it suited everybody.

[passage_end]
* The team now plans to repeat the trial with {30..120} people.
* Whether the effect will last through the winter is still unknown.
* A full report is expected in {4..20} weeks.
* For now, newcomers are asked to sign up at least {3..14} days in advance.
* The committee will vote on a further {300..900} dollars next month.
* Critics point out that the group was small and not chosen at random.

[passage_short]
* {passage_open} {passage_middle} {passage_end}
* {passage_open} {passage_middle}
* {passage_middle} {passage_end}

[passage_long]
* {passage_open} {passage_middle} {passage_middle}\n>\n> {passage_middle} {passage_end}
* {passage_open} {passage_middle} {passage_middle} {passage_middle} {passage_end} {passage_end}
* {passage_open} {passage_middle}\n>\n> {passage_middle} {passage_middle} {passage_end}

[message]
* Hello, I have {2..6} spare places for the session, and I could bring the material along. Would {when} suit you?
  Please let me know by noon, or I will ask somebody else.
* Sorry to bother you again. The room is booked for {15..40} people, but only {3..12} have confirmed. Could you remind
  your group, or shall we move it?
* We still owe {40..190} dollars for the supplies. I can pay half now; can you find out who covers the rest?
* The instructions that you sent have a gap between step {2..4} and step {5..7}. Did a page go missing?

[rude_sentence]
* You forgot the list again, so now {5..30} people have to wait for you.
* Nobody asked for {3..9} pages; cut it down or forget it.
* If you had read the note from {3..9} weeks ago, you would not be asking this.
* Your plan costs {200..900} dollars too much, and I am tired of explaining why.

[list_item]
* Order new supplies (last order {3..9} weeks ago)
* Reply to {3..12} people who want to join
* Repair the broken lamp near the entrance
* Confirm the room for {when}
* Pay the invoice over {45..380} dollars, due in {2..9} days
* Update the list of {12..60} members
* Print {20..90} copies of the leaflet
* Replace the cracked safety cover
* Call back the supplier, who rang {twice|three times}

[list_material]
* - {list_item}\n- {list_item}\n- {list_item}\n- {list_item}
* - {list_item}\n- {list_item}\n- {list_item}

[month_list]
* - January: {12..95} visitors\n- February: {12..95} visitors\n- March: {12..95} visitors\n- April: {12..95} visitors
* - June: {5..60} enquiries\n- July: {5..60} enquiries\n- August: {5..60} enquiries
* - September: {110..390} sales\n- October: {110..390} sales\n- November: {110..390} sales\n- December: {110..390}
  sales

[table_material]
* | Week | Visitors | Cost in dollars | Rating |\n| --- | --- | --- | --- |\n| 1 | {20..60} | {80..240} | 3.{1..9}
  |\n| 2 | {25..70} | {80..240} | 3.{1..9} |\n| 3 | {30..90} | {80..240} | 4.{0..8} |\n| 4 | {15..95} | {80..240} |
  4.{0..8} |
* | Site | Members | Hours per week | Drop-outs |\n| --- | --- | --- | --- |\n| North | {12..80} | {2..12} | {0..9}
  |\n| South | {12..80} | {2..12} | {0..9} |\n| East | {12..80} | {2..12} | {0..9} |\n| West | {12..80} | {2..12} |
  {0..9} |
* | Method | Trials | Successes | Minutes per trial |\n| --- | ---: | ---: | ---: |\n| A | 40 | {11..39} | {6..25} |\n
  | B | 40 | {11..39} | {6..25} |\n| C | 40 | {11..39} | {6..25} |\n| None | 40 | {3..20} | {2..8} |
* | Year | Budget | Spent | Participants |\n| --- | ---: | ---: | ---: |\n| 2021 | {900..1400} | {700..1500} |
  {30..90} |\n| 2022 | {900..1600} | {700..1700} | {30..110} |\n| 2023 | {900..1800} | {700..1900} | {30..130} |\n|
  2024 | {900..2000} | {700..2100} | {30..150} |

[dialogue_line_a]
* **Organiser:** We have {2..6} weeks left, and only {3..20} people have signed up.
* **Organiser:** I suggest that we spend {100..600} dollars on it and no more.
* **Organiser:** Last time it took us {40..95} minutes just to set everything up.
* **Organiser:** I would rather start small, with about {6..20} people.

[dialogue_line_b]
* **Volunteer:** That is too soon for me; I work until six on most days.
* **Volunteer:** Could we borrow what we need instead of buying it?
* **Volunteer:** I had {4..15} messages from people who found the notes confusing.
* **Volunteer:** If we split the work among {3..6} of us, it might be manageable.

[dialogue_line_c]
* **Guest:** Sorry to interrupt, but who decides in the end?
* **Guest:** In our club we tried the opposite, and {55..90} percent liked it better.
* **Guest:** I came all the way for this, and I still do not know what you offer.

[dialogue_material]
* {dialogue_line_a}\n\n{dialogue_line_b}\n\n{dialogue_line_a}\n\n{dialogue_line_b}
* {dialogue_line_a}\n\n{dialogue_line_b}\n\n{dialogue_line_c}\n\n{dialogue_line_a}\n\n{dialogue_line_b}
* {dialogue_line_c}\n\n{dialogue_line_a}\n\n{dialogue_line_b}

[note]
* started in {2009..2019}, first with {4..12} people
* cost per person: {6..45} dollars
* speaker: "the simple version works best"
* {15..60} minutes of practice, then a break
* compare with the results from {place}
* not sure whether the {21..79} percent includes children
* next session {when}
* good slide on typical errors, {3..7} of them
* one failure: nobody checked the list
* speaker clearly prefers the old method

[notes_material]
* * {note}\n* {note}\n* {note}\n* {note}
* * {note}\n* {note}\n* {note}\n* {note}\n* {note}
* - {note}\n- {note}\n  - {note}\n- {note}

[log_material]
* ```\n08:{10..29} start import\n08:{30..39} {120..900} rows read\n08:{40..49} WARNING {2..19} rows without a date
  \n08:{50..59} done\n```
* ```\n[info] backup begins\n[info] {20..90} files copied\n[warning] disk {88..97} percent full\n[error] file
  {91..99} skipped\n[info] finished after {40..300} seconds\n```
* ```\n{2..9:d} Mar 21:{10..19} queue length {3..30}\n{2..9:d} Mar 21:{20..39} warning: slow answer ({900..4000} ms)
  \n{2..9:d} Mar 21:{40..59} retry 1 of 3\n{2..9:d} Mar 22:{10..59} retry 2 of 3, ok\n```

[code_material]
* ```python\ndef pick(rows, limit={10..60}):\n    kept = []\n    for row in rows:\n        if row["score"] > limit:
  \n            kept.append(row["name"])\n    return sorted(kept)[:{3..9}]\n```
* ```python\ntotal = 0\nfor day in range({5..30}):\n    total += visits[day]\nprint("mean:", total / {5..30})\n```
* ```sql\nSELECT place, COUNT(*) AS visits\nFROM records\nWHERE minutes > {10..60}\nGROUP BY place
  \nHAVING COUNT(*) >= {2..9};\n```
* ```bash\nfor file in notes/*.txt; do\n  lines=$(wc -l < "$file")\n  [ "$lines" -gt {20..90} ] && mv "$file"
  long/\ndone\n```

[claim]
* The figures prove that more money always leads to better results.
* The second row is the best, so everyone should copy it.
* Nothing has changed since we began, so we can stop.
* The largest group is also the happiest.

[reply]
* - "It was useful, but {60..150} minutes are too long for me."
* - "I would come again if it cost less than {5..30} dollars."
* - "Please explain the basics before the exceptions."
* - "I liked the group of {6..14}; more would be too many."
* - "The room was cold, and I could not hear the last part."
* - "More practice, fewer slides."
* - "I waited {10..40} minutes to ask a single question."
* - "It helped me to see a mistake that I had made for {2..9} years."

[reply_list]
* {reply}\n{reply}\n{reply}\n{reply}\n{reply}
* {reply}\n{reply}\n{reply}\n{reply}\n{reply}\n{reply}
"""
