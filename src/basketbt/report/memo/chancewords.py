"""What the section "Is it more than chance?" may say, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from basketbt.report.phrases import Phrase

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
    "luck alone about {alone:.1f} of them on average would have p below 0.05. *Holm p* counts them "
    "all. *KP p* is a second test, share by share. The sector model and the variants are guards "
    "and not counted: a variant is read as if it had been registered in the study's place, and "
    "one with another day 0 moves the window with it. *Could see* is the effect that its test "
    "finds four times in five at p 0.05, before counting.",
    "本研究登记检验{tests}个（{baskets}份名单 × {windows}个窗口，模型{model}）；"
    "仅凭偶然平均即有约{alone:.1f}个p值低于0.05。*Holm p*已全部计入；*KP p*为逐股的第二种检验；"
    "行业模型与各稳健性方案不计为检验："
    "稳健性方案按假如以其登记的情形解读，更换第0日者窗口随之移动。"
    "*可检*为在p 0.05（未校正）下以80%概率可检出的效应。",
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
EVERY_WINDOW = Phrase(
    "Every window, against the market: CAR (p before counting). Bold: Holm p below 0.05; windows "
    "with ° are shown and not counted.",
    "各窗口相对市场的CAR（未校正p）。粗体：Holm p低于0.05；带°者仅列示，不计入检验。",
)
EVERY_WINDOW_SECTOR = Phrase(
    "Every window, against the market and the sector: CAR (p). A guard: none of these is counted.",
    "各窗口相对市场与行业的CAR(p)。仅作稳健性参考，均不计入检验。",
)
LIST = Phrase(
    "**{basket}**: {car} over {window} beyond the market, {verdict}; an effect of {mde} or more "
    "could have been seen.",
    "**{basket}**：{window}相对市场{car}，{verdict}；最小可检出效应为{mde}。",
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
UNTESTED = Phrase("**{basket}**: could not be tested: {why}.", "**{basket}**：无法检验：{why}。")
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
    "Random baskets (`random_p` in event_study.csv) answer another question, whether the list was "
    "unlike others drawn from the pool that the data notes name, and prove nothing for a list of "
    "one sector.",
    "随机篮子（event_study.csv的随机篮子p）回答的是名单是否异于自数据说明所列个股中抽取的其他名单，"
    "对单一行业名单不构成证据。",
)
