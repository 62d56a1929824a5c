"""Chinese instructions: how a prompt asks for an aspect, how feedback misses one, and how a proposal asks for it."""

TEXT = r"""
[regex.asked.direct]
* 直接(?:回答|给出答案|给出结论|作答)|开门见山|第一句|先(?:给出|说)(?:出)?(?:答案|结论)|开头.{0,6}(?:答案|结论)

[regex.asked.reason]
* (?:说明|给出|交代|写明).{0,6}(?:理由|原因|依据)|(?:解释|说明).{0,6}(?:为什么|为何)

[regex.asked.structure]
* 分步|步骤|编号|条理清楚|条理清晰|结构清楚|结构清晰

[regex.asked.example]
* 具体(?:的)?(?:例子|事例|案例|实例)|举例|举一个|例子|实例

[regex.asked.caveat]
* 局限|限制|风险|例外|适用范围|注意事项

[regex.asked.closing]
* 结尾|总结|收尾|结束语|最后用?一句

[regex.asked.thorough]
* 逐一|逐项|全面|彻底|每一处|缺少?什么|所有的?(?:不足|缺点|遗漏)

[regex.asked.context]
* 谁在问|谁在提问|提问者|自成一体|一句背景|连简单的?问题|第一人称

[regex.asked.spread]
* 更多的?(?:约束|限制条件)|明显更难|拉开(?:难度|差距)|权衡

[regex.asked.task]
* 紧扣任务|符合任务|体现任务|想要什么样的(?:回答|答案)

[regex.asked.distinct]
* 互不重叠|互不重复|不重叠|没有两个|彼此区分|互斥

[regex.asked.granular]
* 粒度|同一层次|足够具体|足够窄|细到

[regex.forbidden]
* (?:不要|不必|不用|无需|避免|切勿|禁止|不得|不能有|省略|别)[^。；！？\n]{0,12}$

[regex.complaint]
* 没有|缺|未|不|只字未提|停留|突然|太|过于|只能|仿佛|打转

[regex.named.thorough]
* 评审|笼统

[regex.named.context]
* 背景|情境|处境

[regex.named.spread]
* 难度|更难

[regex.named.task]
* 任务

[regex.named.distinct]
* 重叠|重复|区分

[regex.named.granular]
* 粒度|宽泛|更窄

[must]
* 定稿中不可缺少：{points}。

[regex.must]
* 定稿中不可缺少：[^\n]*

[name.direct]
+ 开头的直接回答

[name.reason]
+ 主要说法的理由

[name.structure]
+ 编号步骤

[name.example]
+ 一个具体例子

[name.caveat]
+ 适用范围与局限

[name.closing]
+ 收尾的一句话

[ask.direct]
* 开门见山，第一句就直接回答问题。
* 先给出结论，再展开说明。

[ask.reason]
* 每个主要说法都要说明理由。
* 解释清楚为什么这样做有效。

[ask.structure]
* 把做法写成编号步骤。
* 分步说明，条理清楚。

[ask.example]
* 至少给出一个具体的例子。
* 主要观点要举例说明。

[ask.caveat]
* 指出建议的局限和例外。
* 交代适用范围和可能的风险。

[ask.closing]
* 结尾用一句话归拢要点。
* 最后一句写成便于记住的总结。

[ask.thorough]
* 逐一检查开头、道理、顺序、事例、边界和末段，说明缺什么。
* 全面指出每一处遗漏，并写明该补上什么。

[ask.context]
* 让人看得出谁在问、为什么问，连简单的问题也一样。
* 每个问题都要自成一体，带上一句背景。

[ask.spread]
* 给难题加上更多的约束，使它明显更难。
* 拉开难度，让难题需要权衡取舍。

[ask.task]
* 每个问题都要紧扣任务。
* 在问题里说明想要什么样的回答。

[ask.distinct]
* 标签之间互不重叠，也不重复用词。
* 没有两个标签说的是一回事，彼此区分清楚。

[ask.granular]
* 所有标签处在同一层次，足够具体。
* 每个标签都要细到一项活动或一个问题，粒度一致。

[ask.none]
* 请尽力做到最好。
* 请保持专业和耐心。
* 你是一位备受信赖的资深人士。

[weakness.relevance]
* 有的问题没有提到{subject}，放到哪里都可以。

[weakness.context]
* 缺少背景：有{count}个问题没有交代提问的情境。
* 看不出提问的处境，背景没有交代。

[weakness.spread]
* 三个问题的难度相差不大，难题没有更难在哪里。
* 难度没有拉开，难题缺少限制条件。

[weakness.task]
* 有的问题看不出属于这项任务。
* 任务没有体现在每个问题的措辞里。

[weakness.distinct]
* 有些标签互相重叠，只差一个词，区分不够。
* 标签用词重复，区分不清。

[weakness.granular]
* 有些标签过于宽泛，没有比上一级更窄。
* 标签的粒度不够细。

[weakness.fit]
* 不是所有标签都看得出属于{subject}。

[weakness.coverage]
* {subject}的有些方面没有照顾到。

[weakness.fine]
* 余下的只是个人喜好。
* 可以改进的地方很少。

[strength.relevance]
* 问题都从{subject}出发。

[strength.context]
* 问题交代了提问的背景。

[strength.spread]
* 三个问题的难度拉得开。

[strength.task]
* 问题合乎任务的要求。

[strength.fit]
* 标签都属于{subject}。

[strength.granular]
* 每个标签都更进一层，粒度合适。

[strength.distinct]
* 标签之间区分清楚。

[strength.coverage]
* 合起来照顾到了{subject}的大部分方面。

[more.context]
* {setting}{why}
* {setting}{obstacle}

[more.demand]
* 另外请权衡{tradeoff}，注意{limit}，并写出{req}。\n- 说明一切取决于哪个前提。\n- 指出什么会改变你的结论。
* 还有两个条件：{limit}；{limit}。请权衡{tradeoff}，并写出{req}。\n- 说明内行会在哪里有分歧。\n- 说明怎样发现自己错了。

[more.task.role_playing]
* 请扮演一位合适的专家，并始终保持这个角色。

[more.task.daily_chat]
* 我只是想随便聊聊。

[more.task.domain_knowledge_qa]
* 内行人知道而我不知道的是什么？

[more.task.given_material_processing]
* 请只根据这段笔记来处理：\n\n> {why}\n> {obstacle}

[more.task.response_format_control]
* 请用表格回答。

[more.task.view]
* 你自己怎么看？

[more.task.creation]
* 请写成一篇短故事。

[regex.question.context]
* 我|咱|\n

[regex.question.demand]
* [。？！；]|^[ \t]*(?:[-*]|\d+[.)、])|，并|权衡|如果|最多

[regex.task.role_playing]
* 你是|扮演|假设|假如|想象|角色|身份|充当|作为

[regex.task.daily_chat]
* 聊|我|你|最近|今天|周末|感觉

[regex.task.domain_knowledge_qa]
* 如何|怎么|怎样|什么|为什么|为何|哪|解释|说明|谁|比较

[regex.task.given_material_processing]
* \n|：

[regex.task.response_format_control]
* 表格|键值|列表|清单|个字|句|行|编号|列|格式|要点|恰好|问题|摘要

[regex.task.view]
* 看法|观点|认为|觉得|同意|立场|怎么看|应该|应不应该|更好|评价|赞成|意见

[regex.task.creation]
* 写|诗|故事|口号|设计|创作|起名|起草|策划|编|构思|方案|信|谜语

[said.rules]
* 要求写明的事大多做到了，没有写明的常常被略去。
"""
