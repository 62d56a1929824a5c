"""Chinese verdicts: how it is worded that one answer is better than another, or as good."""

TEXT = r"""
[better.direct]
* 回答 {better} 一开始就说清了{subject}的要点，回答 {worse} 则迟迟没有切入正题。
* 回答 {better} 正面回应了问题，回答 {worse} 没有做到。

[better.reason]
* 回答 {better} 说明了原因，回答 {worse} 只有结论。
* 只有回答 {better} 给出了可以核对的理由。

[better.structure]
* 回答 {better} 可以按步骤照做，回答 {worse} 的顺序要读者自己整理。
* 回答 {better} 的步骤让{subject}容易落实，回答 {worse} 没有步骤。

[better.example]
* 回答 {better} 用生活中的例子说明了{subject}，回答 {worse} 停留在泛泛而谈。
* 回答 {better} 的例子让道理具体可感，回答 {worse} 没有这样的内容。

[better.caveat]
* 回答 {better} 说明了建议的适用范围，回答 {worse} 把话说得太满。
* 只有回答 {better} 坦率地提到了风险和例外。

[better.closing]
* 回答 {better} 在结尾收拢了思路，回答 {worse} 戛然而止。
* 关于{subject}该记住什么，回答 {better} 的结尾说得清楚，回答 {worse} 没有。

[better.general]
* 总的来看，回答 {better} 对{subject}这个问题的帮助比回答 {worse} 略大一些。
* 两个回答相差不多，回答 {better} 比回答 {worse} 稍微实用一点。

[better.none]
* 两个回答对{subject}这个问题的帮助大致相当。
* 就{subject}而言，两个回答没有对读者要紧的差别。
"""
