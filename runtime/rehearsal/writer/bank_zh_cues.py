"""Chinese cues: the wording by which a question shows what form of answer it wants, as regular expressions."""

TEXT = r"""
[regex.shape.json]
* 键值对|键名|json

[regex.shape.table]
* (?:做|是|整理成|画)一?个?表格|用表格|一个表格，列

[regex.shape.bullets]
* [条个点]要点|要点列表

[regex.shape.questions]
* 写[^,，。]{1,3}个关于[^,，。]*的问题

[regex.shape.poem]
* (?:首|节|短|小|写)的?诗|诗歌|谜语|绝句|俳句

[regex.shape.story]
* (?:短篇|三幕|写一个|讲一个)故事|独幕戏|写一封信|寓言|童话

[regex.shape.slogan]
* 口号|标语|[^张]海报|传单|邀请函|起名|广告语

[regex.shape.role]
* 你是一[位名个]|扮演|假如你是|身份回答|设想一场

[regex.shape.code]
* 代码|脚本|程序片段|报错

[regex.shape.summary]
* 概括|总结|这段|这份(?:日志|材料|记录)|这句|下表|这些关于|几个数字|会议的记录|只有这些
* 这是我在|下面(?:是一[段份]|这段|这些)|收到|笔记|
  的记录|材料

[regex.shape.chat]
* \A\W*(?:嗨|哎|嘿|早上好|你猜|顺便问|说个好笑|能让我吐|你知道吗|今天忙|早饭|消息有点长|跟你汇报|让我自言|我有点拿不定
  |我得给|我想听听朋友)
* \A我琢磨|最近老想着|\A昨晚朋友

[regex.shape.opinion]
* 你(?:认为|觉得|怎么看|同意)|你的(?:看法|观点)|在你看来|立场|反驳我|公平吗|争论其实|只能改变一件事|说说你的|个人(?:认
  为|觉得)

[regex.role_name]
* (?:你是|扮演(?!两个)|以|角色：|一方是)一?[位名个]?(?:正在带徒弟的)?([\u4e00-\u9fff]{2,12}?)(?=[,，。！？；：、
  ]|的身份|，和|$)

[regex.bullet_count]
* 恰好([一二三四五六七八九十\d]{1,2})[条个点]

[regex.question_count]
* 写([一二三四五六七八九十\d]{1,2})个关于

[regex.detail]
* (?<![\d.:|-])(\d{1,4}(?:分钟|小时|天|周|个月|年|人|元|百元|千元|个周末|名志愿者))
"""
