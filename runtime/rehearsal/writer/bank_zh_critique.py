"""Chinese critiques: how strengths, weaknesses and suggestions are worded, and how notes name a feature."""

TEXT = r"""
[regex.named.direct]
* 直接|开头|开篇|第一句|正面回答

[regex.named.reason]
* 理由|原因|解释|为什么|依据|道理

[regex.named.structure]
* 步骤|结构|编号|顺序|条理|层次

[regex.named.example]
* 例子|实例|举例|案例|具体情形

[regex.named.caveat]
* 局限|限制|风险|例外|提醒|注意事项|适用范围

[regex.named.closing]
* 结尾|收尾|总结|结论|结束语|最后一句

[regex.named.length]
* 太短|过短|简略|篇幅|展开

[strength.direct]
* 开头就直接给出答案，读者马上知道方向。
* 开篇正面回答了问题，没有绕圈子。
* 第一句就点明了{subject}的要点。

[strength.reason]
* 建议附有理由，更容易让人信服。
* 回答解释了这样做{subject}的原因。
* 建议背后的道理清楚可查。

[strength.structure]
* 编号步骤可以一步一步照着做，不用猜。
* 结构有序，{subject}的建议很容易落实。
* 清楚的先后顺序把笼统的建议变成了能用的办法。

[strength.example]
* 具体的例子让人看到{subject}在现实中的样子。
* 举例让一般性的说法变得可感、好记。
* 用可信的实例说明了{subject}方面的建议。

[strength.caveat]
* 点出了自身建议的局限，诚实而有用。
* 有了提醒，读者不会在不合适的地方照搬。
* 承认{subject}有风险或例外，没有把话说满。

[strength.closing]
* 结尾用一句话把要点收拢起来。
* 结论好记，不必重读全文。
* 最后一句为{subject}的讨论画上了清楚的句号。

[strength.topic]
* 回答始终围绕{subject}，没有跑题。
* 一直扣住{subject}，用词也很平实。
* 关于{subject}的表述平和易读。

[strength.general]
* 语气礼貌，适合各类读者。
* 句子完整，读起来顺畅。
* 没有用无关的说法凑数。
* 语言朴素，没有堆砌术语。

[strength.none]
* 目前可供评价的文字很少，但没有误导之处。
* 这样的回复留下了充分的余地，便于继续补充。

[weakness.direct]
* 没有直接的开头，读者得自己去找真正的答案。
* 开篇在{subject}外围打转，没有正面回答问题。
* 第一句没有点出要点。

[weakness.reason]
* 没有给出理由，读者只能姑且相信。
* 缺少解释：没有说明这样做{subject}为什么行得通。
* 下了不少断言，却没有交代依据。

[weakness.structure]
* 没有有序的步骤，建议很难落实。
* 缺乏条理，{subject}的各个要点并排堆放，没有先后。
* 没有编号步骤，读者不知道该按什么顺序去做。

[weakness.example]
* 没有具体的例子，{subject}显得抽象。
* 通篇没有一个实例说明建议怎样起作用。
* 停留在笼统的说法上，没有举例说明{subject}。

[weakness.caveat]
* 没有提到任何局限，仿佛{subject}的建议处处适用。
* 对例外情况和适用范围只字未提。
* 没有点出照做可能带来的风险。

[weakness.closing]
* 结尾突然，没有留下可以带走的要点。
* 缺少收尾的一句，{subject}的各点没有汇拢。
* 没有让人记得住的结论。

[weakness.length]
* 回答太短，只有{count}个字，说不清{subject}。
* 全文仅{count}个字，过于简略，{subject}的大部分问题都没有触及。

[weakness.style]
* 一个小的文风问题：关于{subject}的句子长短比较接近。
* 文字上的小瑕疵：{subject}出现得略多。
* 个别地方用词略显单一，但影响不大。
* 有些段落之间的衔接可以再顺一点。

[suggestion.direct]
* 请在开头用一句话直接回答关于{subject}的问题。
* 把要点放进第一句，再逐步展开。
* 先正面回答，把{subject}的背景往后放。

[suggestion.reason]
* 补充理由，解释推荐的做法为什么适合{subject}。
* 每个主要说法都用半句话交代一下依据。
* 用简短的解释支撑核心建议。

[suggestion.structure]
* 把建议拆成{三|四}个编号步骤，按先后顺序排列。
* 给{subject}一个清楚的结构，可以用简短的编号清单。
* 把各项行动从准备到回顾依次排好顺序。

[suggestion.example]
* 加入一个有人物、有地点、有数字的具体例子。
* 用日常生活中的一个小案例来说明{subject}的建议。
* 在主要观点之后紧跟一个实例，便于想象。

[suggestion.caveat]
* 指出一条局限或例外，让读者知道什么时候不适用。
* 补充对{subject}风险或成本的提醒。
* 说明{subject}的建议不适合哪些人，交代适用范围。

[suggestion.closing]
* 用一句收尾的话归拢{subject}的要点。
* 在结尾加上一句便于记住的话。
* 写一句结论，不要在细节处戛然而止。

[suggestion.length]
* 请就{subject}多展开一些，至少写到{min_units}个字。
* 篇幅可以再长一点，展开{subject}的另外两个方面。

[suggestion.style]
* 写{subject}时把长句和短句搭配起来，让节奏有变化。
* 在意思清楚的地方，用代词替换几处{subject}。
* 在相邻段落之间加一句简短的过渡。
* 把一两个重复的词换成更贴切的说法。
"""
