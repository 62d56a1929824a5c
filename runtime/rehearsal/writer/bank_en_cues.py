"""English cues: the wording by which a question shows what form of answer it wants, as regular expressions."""

TEXT = r"""
[regex.shape.json]
* \bjson\b

[regex.shape.table]
* \b(?:a|an|as|in|markdown) (?:markdown |short |small )?table\b

[regex.shape.bullets]
* \bbullet(?:s|ed)?\b

[regex.shape.questions]
* \b(?:write|list|give me|ask) \w+ questions\b

[regex.shape.poem]
* \b(?:poem|poems|haiku|verses?|stanzas?|limerick|lyrics|riddle)\b

[regex.shape.story]
* \b(?:short story|a story|one-act scene|fable|fairy tale|write a letter)\b

[regex.shape.slogan]
* \b(?:slogan|tagline|motto|poster on|poster idea|simple poster|leaflet|friendly invitation|one-sentence
  description)\b

[regex.shape.role]
* \b(?:you are|act as|pretend to be|imagine you are|take the part of|please play|play) an? (?!part\b)\w
* \bimagine a conversation\b|\bplay two parts\b

[regex.shape.code]
* \b(?:this|the|a|my) (?:script|code|snippet|program)\b|```(?:python|sql|bash|js|c)\b

[regex.shape.summary]
* \b(?:summari[sz]e|sum up|shorten)\b|\b(?:this|the following|short) (?:note|text|log|message|table|sentence)\b
* \b(?:below (?:is|are)|the table|the material|the minutes of|entries on|i received|notes at a talk|received these
  replies)
* \b(?:two sources on|everything i have for)\b

[regex.shape.chat]
* \A\W*(?:hi|hey|hello|so|morning|guess what|quick question|ok|funny story|you know how)\b
* \A\W*(?:can i vent|i had a long day|i have been trying|i need a friend|i am a bit torn|i have to cheer|my friends
  and i)\b
* \A\W*(?:let me think|lately)\b|\blately i keep thinking\b

[regex.shape.opinion]
* \A\W*should\b|\bdo you (?:think|agree|believe)\b|\b(?:your|in my|own) (?:view|opinion)\b|\bwhere do you stand\b
* \btake a (?:side|stand|position)\b|\b(?:overrated|personally|challenge me|tell me what you think|what do you make
  of)\b
* \bif you could change\b|\bis it fair\b|\bargue for\b

[regex.role_name]
* (?:you are|act as|pretend to be|imagine you are|play|part of|between|turn:) (an? (?!part |role )[a-z][a-z
  -]{2,32}?)(?= (?:who|in|leading|being|mentoring|training|at|and|has|with)\b|[.,:;?!]|$)

[regex.bullet_count]
* exactly (\w+) (?:short |further )?(?:bullet|facts)
* (\d+) (?:short )?bullet

[regex.question_count]
* \b(?:write|list|give me|ask) (\w+) questions\b

[regex.detail]
* (?<![\d.:|-])(\d{1,4} (?:minutes|hours|days|weeks|months|years|people|dollars|euros|pounds|percent|participants)\b)
"""
