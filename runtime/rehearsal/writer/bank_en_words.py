"""English words shared by every stage: people, places, reasons, limits and the words of the subject finder."""

TEXT = r"""
[default_subject]
+ this topic

[default_leaf]
+ Everyday Learning

[default_parent]
+ everyday learning

[proper_words]
+ Mars / January / February / April / June / July / August / September / October / November / December / I

[persona]
+ a retired teacher / a first-year student / a night-shift nurse / a part-time baker / a town librarian
+ a freelance translator / a young parent / a school caretaker / a junior accountant / a bus driver
+ a volunteer at a youth club / a shop assistant / a warehouse worker / a trainee journalist / a market gardener
+ a software tester / a museum attendant / a hotel receptionist / a carpenter / a lab technician
+ a primary school teacher / a music student / a recent graduate / an office manager / an amateur photographer
+ a physiotherapist / a postal worker / a call centre agent / a community organiser / an apprentice electrician

[relative]
+ my sister / my father / my neighbour / my flatmate / my oldest friend / my cousin / my aunt / my partner
+ my grandmother / my colleague / my nephew / my running partner / my manager / my former classmate

[kin]
+ an old friend / a distant cousin / a former colleague / a new neighbour / an elder brother / a pen friend
+ a childhood friend / a favourite aunt / a quiet lodger / a younger sister

[audience]
+ complete beginners / a group of new volunteers / curious teenagers / busy parents / my evening class
+ readers of a local newsletter / visitors to an open day / new colleagues / a mixed group of adults
+ people who have never tried it / a small reading circle / members of a neighbourhood club
+ first-year students / older people who are new to it / a team that meets once a week / interns in our office

[place]
+ a small library / a community centre / a shared kitchen / a village hall / a busy open-plan office
+ a rented flat / a mountain town / a coastal village / a secondary school / a repair workshop
+ a weekend market / a quiet suburb / a university club / a public park / a county museum / a training centre
+ a night school / a converted barn / a housing estate / a railway canteen

[when]
+ this weekend / next month / before the end of the term / in about {3..9} weeks / this coming winter
+ by the end of the quarter / in the next {5..20} days / during the summer break / early next year
+ within {2..6} months / over the holidays / on the first of next month / before our next meeting

[time]
+ {10..55} minutes a day / {2..8} hours a week / one free evening a week / {3..6} long sessions a month
+ two short breaks a day / half a day each week / {20..90} minutes every other evening / {3..9} weekends in total

[budget]
+ {3..48}0 dollars / {4..30}5 euros / {2..39}0 pounds / {11..60}0 dollars / {12..60}0 euros / {6..50}5 dollars


[why]
* I want to feel sure of my ground before I speak about it in front of others.
* People keep asking me about it, and I keep giving vague replies.
* It came up at work {this week|last week|yesterday}, and I realised how little I know.
* I promised {relative} that I would look into it.
* I have read {2..7} articles on it and they all seem to disagree.
* I would like to stop guessing and do it properly for once.
* It has been on my list for {2..9} months.
* I am helping to set up a small exhibition on it, which opens {when}.
* We talked about it over dinner, and nobody at the table could explain it.
* A course I am taking in {parent} assumes that everyone knows this already.
* I am thinking of taking it up more seriously {when}.
* I tried to learn it from videos, but most of them skip the beginning.
* It matters to a decision that I have to make {when}.
* I noticed that the advice given to {audience} is rarely explained.

[obstacle]
* My first attempt stalled after {2..6} weeks.
* So far I have tried {two|three|four} approaches, and none of them held up.
* The notes that I inherited are {3..12} years old and partly contradict each other.
* Half of the group already knows the basics, and the other half does not.
* We cannot add more staff, and nobody has more than {time} to spare.
* The last person in charge left {2..11} weeks ago without writing anything down.
* Some people want quick results, while others care more about doing it carefully.
* There is hardly any room for storage, and noise is a concern after eight in the evening.
* About {15..70} percent of those who start give up within the first month.
* The equipment is shared with {2..5} other groups.
* Two earlier plans failed, one on cost and one on lack of interest.
* The people involved are spread over {2..6} sites and rarely meet in person.

[setting]
* I am {persona}, and I spend {time} on {parent}.
* I work in {place}, where questions about {parent} come up almost every week.
* As {persona}, I have been asked to look after this part of {parent}.
* {^relative} and I have started a small project in {place}.
* I am preparing a session for {audience} in {place}.
* Our team of {3..14} people has to settle the matter {when}.
* I am {persona} and came to {parent} rather late.
* We run a small programme on {parent} in {place}, with {8..60} people taking part.
* For the past {2..18} months I have been learning about {parent} in my spare time.
* A small group in {place} asked me, {persona}, for help.

[req]
+ a short explanation of the first step / one mistake that is easy to make / a rough estimate of the time needed
+ a way to check whether it works / what to leave out at the beginning / how to explain it to {audience}
+ what can be done with {budget} / one cheaper alternative / a sign that it is time to stop or change course
+ how it differs from similar things in {parent} / what to prepare the day before / one source of reliable advice
+ what changes if only {time} can be spared / how to keep a record of progress / the point that people most often miss
+ who should be involved, and when / what to do if the first attempt fails / a simple measure of success
+ which part could be done in {place} / how to divide the work among {3..6} people / two points on safety
+ what an expert would do differently / how to keep {audience} interested / a realistic goal for the first {3..8} weeks

[tradeoff]
+ speed against accuracy / low cost against long life / simplicity against completeness
+ what experts prefer against what {audience} can follow / short-term results against steady progress
+ freedom for each person against common rules / depth against breadth / tradition against newer methods
+ the wishes of {audience} against a budget of {budget} / comfort against safety

[limit]
+ the total cost must stay within {budget} / nobody can give it more than {time}
+ everything has to fit into {place} / it has to be ready {when} / no special equipment can be bought
+ it must work for {audience} / at most {2..6} people can take part in running it
+ nothing may depend on a single person / it must still make sense to someone who joins late
+ all written material must fit on {one page|two pages|a single poster}
+ there must be a fallback if the first plan fails / it has to be explained without jargon

[polite]
* Plain language, please.
* Thank you in advance.
* A few paragraphs are enough.
* Please be specific rather than general.
* Please say so if something depends on circumstances.
* I would rather have honest advice than encouragement.
* Assume that I know the basics but not much more.
* I can follow up with details if you need them.
* Please keep the tone friendly.
* If you have to assume something, say what you assume.

[connectors]
+ of / for / and / in / the / to / on / with / a / an / behind / about / at / by / from / as

[subject_cues]
+ about / on / in / of / with / to / into / for / around / behind / towards / regarding / concerning / topic / subject

[never_names]
+ i / json / markdown / csv / yaml / html / url / ok / english / chinese / monday / tuesday / wednesday / thursday
+ friday / saturday / sunday / mr / mrs / ms / dr

[stop_words]
+ learn / improve / cook / plan / planning / choose / find / best / way / better / good / quickly / work / works / mean
+ a / an / the / and / or / but / nor / so / yet / if / then / than / that / this / these / those / there / here / it
+ i / i'm / i've / me / my / mine / we / us / our / you / your / he / him / his / she / her / they / them / their / its
+ is / are / was / were / be / been / being / am / do / does / did / have / has / had / can / could / will / would
+ shall / should / may / might / must / not / no / yes / what / which / who / whom / whose / when / where / why / how
+ in / on / at / by / for / from / of / to / with / without / about / as / into / over / under / between / through
+ during / before / after / since / until / while / because / although / though / also / too / very / just / only
+ even / still / again / please / tell / explain / describe / write / give / make / list / compare / discuss / show
+ help / let / want / need / like / know / think / say / get / go / use / take / some / any / all / each / every
+ both / few / more / most / many / much / other / another / such / same / own / one / two / three / four / five
+ six / seven / eight / nine / ten / first / second / third / hi / hello / hey / thanks / thank / dear / ok / okay
+ today / yesterday / tomorrow / now / lately / recently / ok / create
+ design / summarise / summarize / translate / answer / act / imagine / suppose / consider / provide / using / based
+ assume / output / return / reply / respond / play / pretend / read / rewrite / turn / convert / fill / keep / end
+ draft / compose / invent / set / state / include / produce / present / rank / settle / half / part / finish / begin
+ start / format / rules / requirements / task / notes / note / question / material / hard / stay / speak / am / nobody
"""
