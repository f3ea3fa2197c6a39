"""The process in which baostock's client runs: questions in, answers out, a line of JSON each.

The client prints, keeps one connection for the whole process and waits for ever when the server
closes it: whoever started this process kills it then. Nothing is judged here.
"""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO


def main() -> None:
    """Answer until the questions end."""
    answers, sys.stdout = sys.stdout, sys.stderr  # the client's own prints are no answers
    import baostock

    login = baostock.login()
    for line in sys.stdin:
        _tell(answers, _asked(baostock, login, json.loads(line)))


def _asked(client: Any, login: Any, question: dict[str, str]) -> dict[str, Any]:
    if login.error_code != "0":
        return {"error": login.error_code, "message": login.error_msg}
    found = client.query_history_k_data_plus(
        question["code"],
        question["fields"],
        start_date=question["first"],
        end_date=question["last"],
        frequency="d",
        adjustflag="3",  # as traded
    )
    rows = []
    while found.error_code == "0" and found.next():
        rows.append(found.get_row_data())
    told = {"error": found.error_code, "message": found.error_msg}
    return {**told, "fields": found.fields, "rows": rows}


def _tell(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, ensure_ascii=True) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
