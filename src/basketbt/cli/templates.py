"""The files that ``basketbt init`` writes: right as they stand, and commented to be changed."""

from __future__ import annotations

BASKET = """\
# yaml-language-server: $schema=../basket.schema.json
# A list of your own. `basketbt check` says what is wrong with it, `basketbt show {broker}/{name}`
# what it is; a study takes it as `baskets: {broker}/{name}`.
broker: {broker}            # the folder this file lies in
broker_zh: 自选
theme:
  zh: 主题
  en: Theme
source:
  publisher: Who published the list
  title: Title of the note
  published: 2025-02-07     # a reader could act on it only after this day's close
notes: >-
  What a reader of the results should know.
segments:                   # optional: Chinese name, then English
  软件: software
  硬件: hardware

constituents:
  # stance: recommend (看好) or watch (关注). origin: named if the source names the share; mapped if
  # you chose it for a theme that the source names, and then with a reason.
  - {{symbol: 688111.SH, name_zh: 金山办公, segment: 软件, stance: recommend, origin: named}}
  - {{symbol: 688475.SH, name_zh: 萤石网络, segment: 硬件, stance: watch, origin: mapped,
     reason: "Why this share stands for the theme, in one line."}}
  # Add `weight: 0.5` to every share (together 1) to use the list's own weights: weighting: given.
"""

STUDY = """\
study: {name}
events: deepseek-r1
baskets: guojin/*
weighting: [equal, stance]
prices: {{source: sample}}    # shipped with the program: the lists' shares, March 2023 to June 2025

# For other shares or days:
# prices: {{source: auto}}    # the vendors, asked once; also what holds without this line
# prices: {{source: files, path: FOLDER}}   # your own tables, see docs/prices.md

# An event of your own, in place of a shipped one (`basketbt events` lists those):
# events: {{id: manus, at: "2025-03-05T22:00:00+08:00", name: Manus, name_zh: Manus发布}}

# What may be added, with its default:
# rebalance: hold             # daily, weekly, monthly, quarterly; or a list of several
# benchmarks: 000300.SH
# windows: [[-5, -1], [0, 0], [0, 5], [0, 20]]   # sessions from day 0, both ends included
# account: {{entry: [publication_open, next_open]}}   # could one have had it? See docs/account.md
# event_study: {{}}             # is it more than chance? Takes some seconds
# language: en                # or zh
# `basketbt schema study` prints every key with its meaning.
"""
