"""The words by which brokers take a stance, as data, and the traps around them.

All patterns are matched on text in simplified characters and signs of single width.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

Stance = Literal["recommend", "watch", "neutral", "avoid"]
#: ahead: the shares stand behind the word; behind: before it; rating: a grade of a share; label: a
#: heading of a list, which goes on over sentences and lines.
Reach = Literal["ahead", "behind", "rating", "label"]


@dataclass(frozen=True)
class Cue:
    """A kind of words with a stance; ``pattern`` finds the words."""

    reach: Reach
    stance: Stance
    pattern: str
    direct: bool = False  # only with a share right behind it


_ADVERB = (
    r"(?:继续|持续|积极|重点|建议|可|可以|强烈|坚定|维持|首次|长期|优先|依然|"
    r"仍然|仍|我们|亦|同时|也)"
)
_NOUN = r"(?:标的|个股|公司|股票|企业|品种|龙头)"
_GRADE_UP = (
    r"强烈推荐|强推|积极推荐|强力买入|强烈买入|推荐|买入|买进|增持|优于大市|优于大盘|跑赢大市|跑赢行业|跑赢大盘|"
    r"强于大市|强于大盘|强大于市|超配|审慎增持|谨慎增持|谨慎推荐|审慎推荐|优大于市|领先大市|吸纳|"
    r"OUTPERFORM|OVERWEIGHT|BUY"
)
_GRADE_MIDDLE = (
    r"中性|持有|同步大市|同步大盘|标配|区间操作|与大市同步|大市同步|收集|观望|"
    r"NEUTRAL|HOLD|EQUAL-?WEIGHT"
)
_GRADE_DOWN = (
    r"卖出|沽出|沽售|减持|回避|低配|落后大市|落后大盘|弱于大市|弱于大盘|跑输大市|跑输行业|跑输大盘|逊于大市|"
    r"UNDERPERFORM|UNDERWEIGHT|SELL|REDUCE"
)
GRADES: dict[str, Stance] = {
    **dict.fromkeys(_GRADE_UP.split("|"), "recommend"),
    **dict.fromkeys([*_GRADE_MIDDLE.split("|"), "EQUALWEIGHT", "EQUAL-WEIGHT"], "neutral"),
    **dict.fromkeys(_GRADE_DOWN.split("|"), "avoid"),
}
_GRADE = f"{_GRADE_UP}|{_GRADE_MIDDLE}|{_GRADE_DOWN}"
_QUOTE, _UNQUOTE = r"[“\"'「『<《]", r"[”\"'」』>》]"

#: A grade is one only as a rating: 大股东增持 and 北向资金买入 are none.
RATING = re.compile(
    rf"(?:维持|给予|予|首予|重申|上调至|下调至|上调为|下调为|升至|降至|调升至|调降至|提升至|调至|评级至|评级为|"
    rf"评级[:]?|列为|授予|(?<=[\u4e00-\u9fff)])至)(?:其|公司|对其|对公司)?{_QUOTE}?(?P<a>{_GRADE}){_UNQUOTE}?(?:的?(?:投资)?评级)?"
    rf"|{_QUOTE}(?P<b>{_GRADE}){_UNQUOTE}(?:的?(?:投资)?评级)?"
    rf"|(?<!行业)(?<!板块)(?P<c>{_GRADE})(?:-?[ABab]|型|类)?的?(?:投资)?评级"
    rf"|(?P<e>{_GRADE})\((?:维持|首次|首次覆盖|上调|下调|调高|调低)\)"
    rf"|\|\s*(?:[^|\s]{{2,6}}\s*(?:->|→)\s*)?(?P<d>{_GRADE})\s*(?=\||$)",
    re.IGNORECASE,
)
#: The grade before a change is no stance: 由“买入”下调至“中性”.
RATING_BEFORE = re.compile(r"(?:由|从|自)(?:此前的|之前的|原来的|先前的)?[“\"'「]?$")
#: Ratings of an industry name no share.
INDUSTRY_RATING = re.compile(r"(?:行业|板块|领域|市场)[^,，。;；:]{0,14}$")

#: Nouns and verbs that list shares without taking a stance; they need a broker who says so.
WEAK = re.compile(
    r"利好|涉及|对应|典型|代表|厂商|参与者|供应商|产业链|公司|标的|个股|龙头|企业|股票|品种|名单|组合"
)
#: A grade right behind a share: A(买入), A:增持, a row of a table that lost its lines.
GRADE_BEHIND = re.compile(
    rf"(?:[\s|:(\-—]{{1,3}}|[\s|]+[\d.,%+\-\s|]{{1,20}}[\s|])(?:首次|维持|上调|评级)?[:]?{_QUOTE}?(?P<grade>{_GRADE}){_UNQUOTE}?"
    r"(?:-[AB])?(?=[\s|,，。;；)、]|$)",
    re.IGNORECASE,
)

CUES = (
    Cue("label", "recommend", rf"(?:(?<=[\s;；。,，:])|^)(?:{_GRADE_UP})(?:名单|标的|个股)?[:]"),
    Cue("label", "neutral", rf"(?:(?<=[\s;；。,，:])|^)(?:{_GRADE_MIDDLE})(?:名单|标的|个股)?[:]"),
    Cue("label", "avoid", rf"(?:(?<=[\s;；。,，:])|^)(?:{_GRADE_DOWN})(?:名单|标的|个股)?[:]"),
    Cue("ahead", "recommend", r"(?i:top picks?|conviction list|buy list)"),
    # what a list is headed with
    Cue(
        "label",
        "recommend",
        r"(?:核心|重点|推荐|投资|首选|稳健|进攻|弹性|本周|本月|月度|年度)*(?:个股|推荐|金股|标的|股票|投资|核心|重点|月度)组合(?:包括|为)?[:]?",
    ),
    Cue(
        "label",
        "recommend",
        r"(?:重点|核心|首选|主要|强烈|本周|本月|月度|年度|建议)+推荐(?:标的|个股|公司|股票)?[:]",
    ),
    Cue(
        "label",
        "recommend",
        r"推荐(?:重点|核心|相关|优质)?(?:标的|个股|公司|股票|组合|名单|关注)?(?:包括|有|为)?[:]",
    ),
    Cue(
        "label",
        "recommend",
        r"(?:首选|优选|精选|看多|强烈看好)(?:标的|个股|公司|股票|股)?(?:包括|有|为)?[:]",
    ),
    Cue(
        "label",
        "recommend",
        r"(?:\d{1,2}月|本月|月度|年度|十大|核心)?[“\"]?(?<!黄)金股[”\"]?(?:组合|名单|推荐)?(?:包括|如下|有|为|分别为|分别是)?[:]",
    ),
    Cue(
        "label",
        "watch",
        r"(?:建议|重点|持续|积极|可|同时|继续)*关注(?:的)?(?:标的|个股|公司|股票|组合|名单|企业)?(?:包括|有|为)?[:]",
    ),
    Cue(
        "label",
        "watch",
        r"(?:受益|受惠|相关|投资|主要|核心|关注|潜在受益|产业链(?:相关)?|代表性?|重点|龙头|优质|弹性|配套)(?:标的|个股|公司|股票|企业|上市公司)(?:主要)?(?:梳理|一览|汇总|名单|池)?(?:包括|有|为|如下|涉及)?[:]",
    ),
    Cue(
        "label",
        "avoid",
        r"(?:建议)?(?:回避|规避|卖出|减持|剔除)(?:标的|个股|公司|名单)?(?:包括|有|为)?[:]",
    ),
    Cue("label", "watch", r"建议[^,，。;；:]{0,14}(?:选股|选择|把握|布局)[^,，。;；:]{0,8}[:]"),
    # who is named behind the word
    Cue(
        "ahead",
        "avoid",
        r"(?:不(?:看好|推荐|建议(?:买入|配置|增持|持有|参与))|(?:建议|应|宜|须|需)(?:投资者)?(?:回避|规避|卖出|减持|远离|清仓|减仓)|(?<!不)看空|看淡|回避)",
    ),
    Cue(
        "ahead",
        "recommend",
        rf"(?:{_ADVERB}*(?:首推|首选(?:股)?|更?偏好|钟情|强推|强烈推荐|重点推荐|优先推荐|推荐(?:买入|增持|配置)?|看好|力荐|力推|主推|力挺|唱多|看多|荐股|精选|优选)|建议(?:积极|逢低|趁低|分段|重点|优先|超配|增持|买入|配置|布局|逢低布局|逢低买入|逢低配置|加仓)*(?:买入|买进|吸纳|收集|增持|加仓|配置|布局|超配)|推介)",
    ),
    Cue(
        "ahead",
        "recommend",
        r"(?:入围|入选|纳入|列入|新增|调入|予|列出)[^,，。;；:]{0,14}(?:金股|确信买入|股票池|推荐组合|重点组合)[”\"」]?(?:名单|组合|池)?",
    ),
    Cue("ahead", "watch", rf"{_ADVERB}*(?:关注)(?:(?:的)?{_NOUN})?(?:包括|有|为)?"),
    Cue(
        "ahead",
        "watch",
        r"(?:受益|受惠|相关|主要|核心|投资)(?:的)?(?:标的|个股|公司|股票|股份|股|上市公司|企业|概念股)(?:主要)?(?:包括|有|为|是|如)",
    ),
    Cue(
        "ahead",
        "watch",
        r"(?:概念股|龙头股|受益股|受惠股|潜力股|焦点股|心水股|产业链(?:上市)?公司|上市公司|产业链标的)"
        r"(?:主要)?(?:包括|有|如|为|涉及|[:])",
    ),
    Cue(
        "ahead",
        "recommend",
        r"(?:可|逢低|择机|积极|优先|继续|重点|分批|仍|应)+(?:布局|配置|增配|加配|加仓|低吸|买入|介入)",
    ),
    Cue(
        "ahead",
        "recommend",
        r"(?:\d{1,2}月(?:份)?|十大|本月|本周|月度)?[“\"]?(?<!黄)金股[”\"]?\s*",
        direct=True,
    ),
    Cue("ahead", "watch", r"利好|(?:涉及|对应|典型|代表性?)(?:公司|标的|个股|企业)?", direct=True),
    Cue(
        "ahead",
        "watch",
        r"(?:厂商|参与者|供应商|产业链|白马股|黑马股|牛股)(?:主要)?(?:包括|有|为|如|[:])",
        direct=True,
    ),
    Cue(
        "ahead",
        "watch",
        r"(?:公司|标的|个股|龙头|企业|股票|品种|代表|名单|组合)(?:主要)?(?:包括|有|为|如|[:])",
        direct=True,
    ),
    Cue("ahead", "watch", r"建议(?:重点|积极|持续)?(?:重视|把握|聚焦|跟踪|留意)"),
    Cue(
        "ahead",
        "watch",
        r"(?:受益|相关|投资|龙头|重点)(?:的)?(?:标的|个股|公司|上市公司)",
        direct=True,
    ),
    Cue("ahead", "watch", r"(?:可|可以|不妨|值得|建议|宜)?(?:重点|多加|继续)?留意|跟踪|点名"),
    Cue("ahead", "neutral", r"(?:建议|对)(?:持有|观望)"),
    # who is named before the word
    Cue(
        "behind",
        "recommend",
        r"(?:被|获|获得|得到|受到|受|有|已被|均获|均获得|多达|同时被|同时获)?[\d一二两三四五六七八九十多]+(?:家|份)(?:及以上)?(?:的)?(?:券商|机构|研究所|投行)(?:共同|联合|同时|一致|重点|合计|集中)*(?:推荐|看好|力荐|覆盖推荐)",
    ),
    Cue(
        "behind",
        "recommend",
        r"(?:被|获|获得|得到|受到)(?:券商|机构|投行|多家券商|多家机构|多家投行)[^,，。;；:]{0,6}(?:推荐|看好|青睐)",
    ),
    Cue(
        "behind",
        "recommend",
        r"(?:入围|入选|纳入|列入|荣登|登上|列为|上调为|升为|成为|列作|为)[^,，。;；:]{0,14}(?:金股|首选股?|核心推荐|确信买入|喜爱|焦点股?|股票池|推荐组合|重点组合)[”\"」]?(?:名单|组合|池|标的|股)?",
    ),
    Cue("behind", "recommend", r"(?:值得|可)(?:重点)?(?:推荐|买入|配置)"),
    Cue("behind", "recommend", r"由[^,，。;；:]{2,14}所?(?:独家|联合|共同)?(?:推荐|力荐|看好)"),
    Cue("behind", "watch", r"(?:值得|可)(?:投资者)?(?:重点|持续|积极|长期)?(?:关注|留意)"),
    Cue(
        "behind",
        "watch",
        r"(?:等)?(?:标的|个股|公司|龙头|企业)?(?:有望|或将|将|或|率先|有望率先|有望持续|直接|充分|深度|最为)+(?:充分|核心|直接|深度|持续|显著|率先|明显)?受[益惠]",
    ),
    Cue(
        "behind",
        "watch",
        r"(?:标的|个股|公司|股票)?(?:关注度|热度)(?:较高|最高|居前|靠前|提升|领先)|(?:获得|受到|获|受)(?:券商|机构)(?:的)?(?:青睐|关注)",
    ),
    Cue(
        "behind", "avoid", r"(?:应|建议|需|须|宜)(?:予以)?(?:回避|规避|卖出|减持)(?=[,，。;；:]|$)"
    ),
)

#: What turns a word into none: before it, or behind it.
_NOT_BEFORE = re.compile(
    r"(?:不|未|无需|不必|没有|并非|并未|非|勿|不再|停止|不值得|不构成|暂不|尚未|不予|不作|无须|不应|"
    r"不宜|不需|不用|毋须)$"
)
#: Others look, or are looked at: 市场关注, 备受关注; but 投资者可关注 is advice.
_OTHERS_BEFORE = re.compile(
    r"(?:首次|备受|广受|引发|引起|市场|投资者|受到|受|获|值得|高度|密切|令人|普遍|监管|证监会|交易所|总局|部门|委员会|法院|媒体|外媒|网友|消费者|用户|股民|散户)$"
)
_ADVICE = re.compile(r"建议|可|应|宜")
_NOT_BEHIND = re.compile(
    r"度|热度|者|到(?!期)|点(?!评)|函|人数|榜|力度|率|位(?!于)|与否|问询|风险|以下风险|理由|逻辑|算法|目录|系统|次数|家数"
)
#: 入选金股名单 stands behind its shares, unless some follow at once.
_ONLY_SIGNS = re.compile(r"[\s,，、:“”\"]*")
_ENTERS = re.compile(r"入围|入选|纳入|列入|新增|调入|予|列出")
#: 被9家券商推荐的个股有A: the shares stand behind the word after all.
_OF_SHARES = re.compile(rf"的{_NOUN}?(?:有|是|为|包括|即|分别)?")
#: 投资者重点关注, 市场关注的 tell of others; 建议投资者关注 does not.
_APPOSED = re.compile(r"(?:建议|提醒|提示|请)(?:广大)?(?:投资者|市场)$")
_AVOIDING = re.compile(r"(?:不|未|暂不|不再|停止|不宜|不应)$")

#: Behind these words a sentence names shares for another reason.
STOPS = re.compile(
    r"风险提示|风险因素|风险[:]|免责声明|声明[:]|竞争对手|对手|除外|不包括|取代|(?<!国产)(?<!进口)(?<!自主)替代|替换|剔除|调出|移除|移出|不再推荐|"
    r"公告称?|发布公告|涨停|跌停|领涨|领跌|跟涨|跟跌|大涨|大跌|收涨|收跌|涨超|跌超|涨幅|跌幅|涨逾|跌逾|"
    r"拟收购|收购|中标|签订|盈利预测|估值表|推荐理由"
)
#: Behind these a verb has begun whose objects are no picks, unless an attribute leads to the name.
BREAKS = re.compile(
    r"表示|认为|预计|预测|同比|环比|上涨|下跌|下滑|合作|发布|推出|净利|营收|收入|订单|EPS|(?<![A-Z])PE(?![A-Z])|市盈率|"
    r"目标价|对应|约谈|处罚|立案|调查|起诉|客户|参股|持股|旗下|子公司|成立|股价|宣布|披露|(?<![方趋取意走导偏])向(?![上好下前])|"
    r"(?<!供)给(?!予)|由于|因为|根据|(?<![数根])据(?!此)|数据显示|截至"
)
#: An attribute ends so right before the name that it describes.
ATTRIBUTE = re.compile(
    r"(?:的|龙头|龙头股|企业|公司|标的|厂商|厂|供应商|服务商|运营商|领军|领军者|领导者|代表|白马|巨头|新秀|黑马|"
    r"个股|股|商|平台|品牌|主业|提供商|制造商|集成商|开发商|先锋|先行者|老大|一哥|双雄|包括|例如|如|比如|"
    r"即|为|是|有|像|以|及|和|与|或|其中|分别是|分别为|依次为|推荐|关注|看好|对象|方向)$"
)
#: What may follow a share that is one of a list.
FOLLOWS = re.compile(
    r"$|[\s、,，。;；:()（）\[\]【】“”\"'/|·&+\-—*#~!?！？…《》<>]|\.(?!\d)|等|和|及|与|以及|或|\d|"
    r"[两二三四五六七八九十]|几|共|这|为代表|为首|均|都|皆|在内|也|亦|将|有望|值得|A股|H股|港股|股份|公司|集团"
)
#: A share directly behind its word may be followed by more of the sentence, but not by these, which
#: make a longer word of it.
LONGER = re.compile(
    r"业|产业|供应链|行业|板块|概念|市场|领域|赛道|协会|大学|学院|指数|基金|ETF|期货|证券|省|市(?![值场])|县|区|国家|产品|技术|研究"
)
#: Generic speakers: many brokers, none named.
MANY = re.compile(
    r"(?:[\d一二两三四五六七八九十多数各]+家(?:及以上)?(?:的)?|各大|多家|众多|各家|不少|部分)(?:券商|机构|研究所|投行|证券公司)|"
    r"券商(?:研究所|人士|们)?(?:共|合计|普遍|密集|集中|已|陆续|发布|\d{1,2}月|推荐|联合|此前|看好)|券商[“\"]?金股"
)
GOLD = re.compile(r"(?<!黄)金股")
#: The second and third grades of one list.
SECOND = re.compile(r"(?:其次|次推|次选)(?:为|是|推荐)?[:]?")
FIRST = re.compile(r"首推|首选|优先推荐|重点推荐|强烈推荐|推荐|看好")


@dataclass(frozen=True)
class Word:
    """A stance word found in a text, from ``start`` to ``end``."""

    start: int
    end: int
    text: str
    reach: Reach
    stance: Stance


@cache
def _compiled() -> tuple[tuple[Cue, re.Pattern[str]], ...]:
    return tuple((cue, re.compile(cue.pattern)) for cue in CUES)


def words_in(text: str, shares: frozenset[int] = frozenset()) -> list[Word]:
    """The stance words of ``text`` in order; of those that overlap the rating or the longest.

    ``shares`` are the places where names of shares begin: 看好焦点科技 is no 看好焦点.
    """
    found = [*_ratings(text, shares)]
    for cue, pattern in _compiled():
        for match in pattern.finditer(text):
            if cue.direct and match.end() not in shares:
                continue
            word = _meant(text, Word(*match.span(), match[0], cue.reach, cue.stance), shares)
            if word is not None:
                found.append(word)
    found.sort(key=lambda word: (word.reach != "rating", word.start - word.end, word.start))
    kept: list[Word] = []
    for word in found:
        if all(word.end <= other.start or other.end <= word.start for other in kept):
            kept.append(word)
    return sorted(kept, key=lambda word: word.start)


def _ratings(text: str, shares: frozenset[int]) -> list[Word]:
    found = []
    for match in RATING.finditer(text):
        grade = match["a"] or match["b"] or match["c"] or match["d"] or match["e"]
        begun = max(0, match.start() - 24)
        head = text[begun : match.start()]
        industry = INDUSTRY_RATING.search(head)
        of_industry = industry and shares.isdisjoint(range(begun + industry.start(), match.start()))
        if RATING_BEFORE.search(head) or of_industry:
            continue
        found.append(Word(*match.span(), match[0], "rating", GRADES[grade.upper()]))
    return found


def _meant(text: str, word: Word, shares: frozenset[int]) -> Word | None:
    """The word as it is meant: None where it takes no stance, avoid where it is denied."""
    head, tail = text[max(0, word.start - 10) : word.start], text[word.end : word.end + 4]
    if word.reach == "behind":
        ahead = _OF_SHARES.match(text, word.end)
        end = ahead.end() if ahead else word.end
        return replace(word, end=end, reach="ahead") if ahead or end in shares else word
    if _ENTERS.match(word.text):
        gap = _ONLY_SIGNS.match(text, word.end)
        if gap is None or gap.end() not in shares:
            return None
    if word.stance in ("recommend", "watch"):
        if _AVOIDING.search(head) and "看好" in word.text:
            return replace(word, stance="avoid")
        others = _OTHERS_BEFORE.search(head) and not _APPOSED.search(head)
        denied = _NOT_BEFORE.search(head) or (others and not _ADVICE.search(word.text))
        if denied or (_NOT_BEHIND.match(tail) and word.end not in shares):
            return None
    return word


@cache
def vocabulary(name: str) -> frozenset[str]:
    """The words of a list beside this module: ``sectors`` or ``ordinary``."""
    lines = Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
