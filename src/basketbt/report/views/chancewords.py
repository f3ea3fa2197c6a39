"""What the section "Is it more than chance?" may say, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from basketbt.report.views.phrases import Phrase

TITLE = Phrase("Is it more than chance?", "超额收益是否显著？")
INTRO = Phrase(
    "Return over {window} beyond what the market ({market}) explains, and beyond what market and "
    "sector ({sector}) explain together, at constant weights. The sector index may hold shares of "
    "the lists, so part of their own move counts as expected there.",
    "窗口{window}内，超出市场（{market}）解释部分的收益，以及超出市场与行业（{sector}）共同解释部分的收益"
    "（固定权重）。行业指数可能包含名单个股，其自身变动因此部分被视为预期收益。",
)
INTRO_MARKET = Phrase(
    "Return over {window} beyond what the market ({market}) explains, at constant weights. There "
    "is no test against a sector: nothing here tells a list's move from its sector's.",
    "窗口{window}内超出市场（{market}）解释部分的收益（固定权重）。未作相对行业的检验："
    "以下结果无法区分名单与其行业的变动。",
)
INSTEAD = Phrase(
    "No list could be tested over {wanted}; {window} is quoted instead, the first registered "
    "window over which one could.",
    "{wanted}内没有名单可供检验；改引{window}，即首个可检验的登记窗口。",
)
COUNT = Phrase(
    "The study registers {tests_en} ({lists_en} × {windows_en}, model {model}); by "
    "luck alone about {alone:.1f} of them on average would have p below 0.05. Holm p counts them "
    "all. KP p is a second test, share by share. The sector model and the variants are guards "
    "and not counted: a variant is read as if it had been registered in the study's place, and "
    "one with another day 0 moves the window with it. Could see is the effect that its test "
    "finds four times in five at p 0.05, before counting.",
    "本研究登记检验{tests}个（{baskets}份名单 × {windows}个窗口，模型{model}）；"
    "仅凭偶然平均即有约{alone:.1f}个p值低于0.05。Holm p已全部计入；KP p为逐股的第二种检验；"
    "行业模型与各稳健性方案不计为检验："
    "稳健性方案按假如以其登记的情形解读，更换第0日者窗口随之移动。"
    "“最小可检出”为在p 0.05（未校正）下以80%概率可检出的效应。",
)
MISSING_TESTS = Phrase(
    "{count} of the {all} registered cells could not be tested and are not counted.",
    "{all}个登记单元中有{count}个无法检验，未计入。",
)
LIST_COLUMN = Phrase("List", "名单")
MARKET_COLUMNS = Phrase("vs market|p|KP p|Placebo p|Holm p", "相对市场|p|KP p|安慰剂检验p|Holm p")
ROMANO_WOLF_COLUMN = Phrase("Romano-Wolf p", "Romano-Wolf p")
COULD_SEE_COLUMN = Phrase("Could see ≥", "最小可检出")
SECTOR_COLUMNS = Phrase("vs sector|p|KP p", "相对行业|p|KP p")
LIST = Phrase(
    "{car} over {window} beyond the market, {verdict}; an effect of {mde} or more "
    "could have been seen.",
    "{window}相对市场{car}，{verdict}；最小可检出效应为{mde}。",
)
VERDICTS: Mapping[str, Phrase] = {
    "both": Phrase(
        "consistent with more than chance, against the market after all {tests_en} and against "
        "the sector",
        "计入全部{tests}个检验后相对市场显著，相对行业亦显著",
    ),
    "market_only": Phrase(
        "consistent with more than chance against the market after all {tests_en}, but not told "
        "apart from the sector's own move",
        "计入全部{tests}个检验后相对市场显著，但与行业自身变动无法区分",
    ),
    "behind_sector": Phrase(
        "consistent with more than chance against the market after all {tests_en}, but the "
        "other way against the sector",
        "计入全部{tests}个检验后相对市场显著，但相对行业方向相反",
    ),
    "sector_unknown": Phrase(
        "consistent with more than chance against the market after all {tests_en}; whether "
        "beyond its sector could not be tested",
        "计入全部{tests}个检验后相对市场显著；是否超出行业无法检验",
    ),
    "alone": Phrase(
        "unusual on its own, but consistent with chance once all {tests_en} are counted",
        "单独看显著，但计入全部{tests}个检验后不显著，不能排除偶然",
    ),
    "sector_only": Phrase(
        "consistent with chance against the market, though not in line with the sector",
        "相对市场不显著，不能排除偶然，但与行业走势不一致",
    ),
    "chance": Phrase("consistent with chance", "统计上不显著，不能排除偶然"),
}
UNSETTLED = Phrase(
    "not settled: as one series {verdict}; share by share consistent with chance (KP p {kp})",
    "尚无定论：作为整体，{verdict}；逐股检验则不显著（KP p {kp}）",
)
SECTOR = Phrase(
    "Beyond market and sector: {car} (p {p}; could have seen ≥ {mde}).",
    "相对市场与行业：{car}（p {p}；最小可检出{mde}）。",
)
NO_SECTOR = Phrase("No test against the sector.", "未能相对行业检验。")
DISAGREE = Phrase(
    "Before counting, its shares one by one say otherwise (KP p {kp}).",
    "未计多重检验时，逐股检验结论不同（KP p {kp}）。",
)
ONE_TEST = Phrase(
    "Fewer than four usable shares: no second test.", "可用个股不足四只，无第二种检验。"
)
CHANGES = Phrase("Another answer under {variants}.", "下列方案结论不同：{variants}。")
CHANGED = Phrase("{variant} ({halves})", "{variant}（{halves}）")
MARKET_NOW: Mapping[bool, Phrase] = {
    True: Phrase(
        "more than chance against the market: {car}, Holm p {p}", "相对市场显著：{car}，Holm p {p}"
    ),
    False: Phrase(
        "consistent with chance against the market: {car}, Holm p {p}",
        "相对市场不显著：{car}，Holm p {p}",
    ),
}
SECTOR_NOW: Mapping[int, Phrase] = {
    1: Phrase("beyond the sector: {car}, p {p}", "超出行业：{car}，p {p}"),
    0: Phrase("not told apart from the sector: {car}, p {p}", "与行业无法区分：{car}，p {p}"),
    -1: Phrase("behind the sector: {car}, p {p}", "落后行业：{car}，p {p}"),
}
HOLDS = Phrase("No variant changes the answer.", "各稳健性方案结论一致。")
NOT_COMPARED = Phrase("Not to be tested under {variants}.", "下列方案下无法检验：{variants}。")
SESSIONS = Phrase(
    "Only {count} of the window's {whole} sessions could be used.",
    "窗口{whole}个交易日中仅{count}个可用。",
)
LEFT_OUT = Phrase(
    "With one share left out it is {low} to {high}.", "逐一剔除个股后为{low}至{high}。"
)
LIMIT = Phrase(
    "Up to {weight} of the weight closed at a price limit on one session.",
    "单日最多{weight}的权重收于涨跌停价。",
)
CARRIED_ON = Phrase(
    "The window's last close had some of them: to the first close without any, day {day:+d}, it "
    "is {car} (no test).",
    "窗口末日仍有个股收于涨跌停价：至首个无涨跌停的收盘（第{day:+d}日）为{car}（不作检验）。",
)
NEVER_FREE = Phrase(
    "The window's last close had some of them, and so had every later one up to day {day:+d}.",
    "窗口末日仍有个股收于涨跌停价，此后至第{day:+d}日的每个收盘亦然。",
)
UNTESTED = Phrase("Could not be tested: {why}.", "无法检验：{why}。")
PLACEBO = Phrase(
    "Placebo p rests on {dates} earlier dates, whose windows overlap: nothing finer than "
    "{resolution} can be told, and a smaller p is printed as ≤{resolution}.",
    "安慰剂检验p基于{dates}个更早日期，其窗口相互重叠：无法分辨小于{resolution}的p，均记作≤{resolution}。",
)
NO_PLACEBO = Phrase(
    "The prices reach back far enough for {dates} placebo dates only, fewer than the 100 that say "
    "anything: no placebo p.",
    "价格历史仅够{dates}个安慰剂日期，少于所需的100个：不给出安慰剂检验p。",
)
PLACEBO_NEEDS = Phrase(
    "{wanted} need prices of four fifths of a list's weight from {date} on.",
    "{wanted}个日期需要覆盖名单五分之四权重、自{date}起的价格。",
)
PLACEBO_TOO_LONG = Phrase(
    "No placebo p for a window of more than {most} sessions: earlier dates would overlap too much.",
    "窗口超过{most}个交易日，更早日期重叠过多：不给出安慰剂检验p。",
)
FORCE = Phrase(
    "One date cannot tell the event from what else happened that week, and nothing here shows "
    "cause.",
    "单一日期无法将事件与同周其他变化区分，以上均不说明因果。",
)
RANDOM = Phrase(
    "Random baskets (random_p in event_study.csv) answer another question, whether the list was "
    "unlike others drawn from the pool that the data notes name, and prove nothing for a list of "
    "one sector.",
    "随机篮子（event_study.csv的随机篮子p）回答的是名单是否异于自数据说明所列个股中抽取的其他名单，"
    "对单一行业名单不构成证据。",
)
FOUND = Phrase(
    "{survivors} of the {tests} registered tests stay significant at 5 % as one series when all "
    "are counted, {here} of {lists} lists in {window}.",
    "作为整体检验并计入全部检验后，{tests}项中{survivors}项在5%水平显著；{window}内{lists}份名单中{here}份显著。",
)
HOW = Phrase(
    "How to read: CAR is the return beyond what the model expects, cumulated. p (Holm) counts all "
    "registered tests; p (KP) allows for shares that move together; p (placebo) is the rank of the "
    "event among earlier dates; p (random) among random lists of the same size. If they disagree, "
    "the largest is the careful answer. Leave one out: the lowest and highest CAR without one "
    "share. At limit: weight that closed at a price limit. Bold: below 5 %.",
    "读法：CAR为超出模型预期的累计收益。p（Holm）计入全部登记检验；p（KP）考虑成分间相关；"
    "p（安慰剂）为事件在更早日期中的位次；p（随机）为在同规模随机名单中的位次。若不一致，以最大者为审慎结论。"
    "剔一：剔除任一成分后CAR的最低与最高值。涨跌停权重：收盘处于涨跌停的权重。粗体：低于5%。",
)
CAPTION = Phrase(
    "Return beyond what the model {model} expects over {window}",
    "{window}内超出模型{model}预期的收益",
)
VERDICT = Phrase("Verdict", "结论")
CAPTION_HEAT = Phrase(
    "CAR by list and window, model {model}; in brackets p after Holm, bold below 5 %; of "
    "windows with °, which are not registered, p before counting",
    "各名单各窗口CAR，模型{model}；括号内为Holm校正p值，粗体为低于5%；带°者未登记，为未校正p值",
)
CAPTION_GUARD = Phrase(
    "CAR by list and window, model {model}; in brackets p, a guard that is not counted",
    "各名单各窗口CAR，模型{model}；括号内为p值，仅作稳健性参考，不计入检验",
)
CAPTION_VARIANTS = Phrase(
    "CAR over {window} when one choice is changed; in brackets p after Holm, as if the variant had "
    "been registered in the study's place, bold below 5 %: a sensitivity, not more tests",
    "改变一项设定时{window}的CAR；括号内为假如登记的是该方案时的Holm校正p值，粗体为低于5%："
    "敏感性，不构成额外检验",
)
OTHER_MODEL = Phrase("Against model {model}", "模型{model}")
WHAT_IF = Phrase("What if one choice had been another?", "改变一项设定")
PATHS = Phrase(
    "CAR from day {first} on, model {model}; choose a list to see its band",
    "自第{first}日起的CAR，模型{model}；选择一份名单可见其波动带",
)
PATHS_ALT = Phrase(
    "{count} lists from {first} to {last}. At the end {best} is highest at {best_car}, {worst} "
    "lowest at {worst_car}.",
    "{count}份名单，{first}至{last}。期末{best}最高（{best_car}），{worst}最低（{worst_car}）。",
)
PATHS_HOW = Phrase(
    "How to read: a line that climbs earned more than its market and its usual swings explain. "
    "Inside the band of a chosen list a move is what chance alone would do 19 times in 20.",
    "读法：曲线上行即收益超出市场与其自身波动所能解释的部分。选定名单后，带内的变动为偶然性"
    "20次中会出现19次的幅度。",
)
EVERY_LIST = Phrase("All lists", "全部名单")
MORE_COLUMNS = Phrase(
    "p (random)|Leave one out: from|to|At limit|BHAR", "p（随机）|剔一：自|至|涨跌停权重|BHAR"
)
VARIANTS = Phrase(
    "Variants, each with one choice changed: {all}.", "各稳健性方案分别改变一项设定：{all}。"
)
VARIANT = Phrase("{name} ({what})", "{name}（{what}）")
