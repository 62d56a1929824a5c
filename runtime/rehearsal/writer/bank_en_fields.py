"""English values for the keys and columns that a question asks for."""

TEXT = r"""
[field.title]
+ A compact view of {subject} / {^subject} at a glance / First steps with {subject}

[field.summary]
+ The essentials of {subject} in a few lines / {^subject} in brief, without special terms

[field.audience]
+ {audience} / {audience} with an interest in {subject}

[field.goal]
+ A solid start with {subject} in {3..9} weeks / Feeling at ease with {subject} {when}

[field.duration]
+ {3..9} weeks / {20..80} minutes a week / {2..6} months

[field.cost]
+ {10..90} dollars / low at first, then rising / {100..400} dollars a year / shared by {2..5} people
+ high in the first month

[field.tools]
+ A notebook / A timer / A shared list / A borrowed set of equipment / A short checklist

[field.steps]
+ Prepare the room / Try it on a small scale / Note the result / Review with others / Repeat what worked

[field.risks]
+ Loss of interest after {3..6} weeks / Rising costs / Too many goals at once / Missing records / A rushed start

[field.tips]
+ Begin small / Ask early / Keep records of {subject} / Test before you rely on it / Plan a break every {20..50} minutes

[field.sources]
+ A recent handbook on {subject} / Notes from {case_person} / The local library / A survey of {40..300} people

[field.level]
+ For newcomers to {subject} / Moderate, with a quiet start / Easy to begin, slow to master

[field.result]
+ A clear routine after {3..9} weeks / Fewer errors and calmer work / {60..90} percent want to go on

[field.checks]
+ Compare the dates / Ask a second person / Repeat one trial / Count the open points / Read the notes aloud

[field.purpose]
+ to save time / to gain an overview / to avoid errors / to involve others / to keep a record

[field.time]
+ about {2..9} hours / {15..55} minutes / once a week / every {2..6} days / half a morning

[field.difficulty]
+ easy to learn / moderate / needs a test run / hard at first / depends on the group

[field.benefit]
+ fewer errors / saves time later / more confidence / lower cost / better advice

[field.owner]
+ the organiser / a volunteer / the whole group / {case_person} / a new member

[field.option]
+ start alone / join a group / borrow equipment / wait a month / ask an expert

[field.frequency]
+ once a week / every {2..6} days / twice a month / after each session / at the start and the end

[field.risk]
+ loss of interest / rising costs / unclear roles / missing records / too little time

[field.tool]
+ notes and a timer / a short checklist / a shared list / a simple chart / borrowed equipment

[field.advice]
+ begin small / ask for advice / test it first / write it down / keep it short

[field.item]
+ Preparation / First trial / Routine / Review / Handover / Repair / Training / Follow-up

[field.stage]
+ Preparation / First trial / Routine / Review / Handover / Follow-up
"""
