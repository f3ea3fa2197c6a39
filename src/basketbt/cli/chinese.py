"""Help and usage errors in Chinese, in lines as wide as a terminal."""

from __future__ import annotations

import re
from typing import Any

from basketbt.cli.console import display_width, warn
from basketbt.cli.language import in_chinese

#: What nobody who writes Chinese would begin a line with.
_CLOSING = "，。、；：！？）》”"
_PIECE = re.compile(rf"\s+|[（《“]*(?:[!-~]+|.)[{_CLOSING}]*")
_GAP = 2


def speak_chinese(command: Any) -> None:
    """Turn the help of a command, of its options and of the commands below it into Chinese."""
    above = command.context_class
    formatter = _formatter(above.formatter_class)
    command.context_class = type(above.__name__, (above,), {"formatter_class": formatter})
    command.help = in_chinese(command.help or "")
    command.short_help = command.help.partition("\n")[0]
    for option in command.params:
        if getattr(option, "help", None):
            option.help = in_chinese(option.help)
    for below in getattr(command, "commands", {}).values():
        speak_chinese(below)


def say_usage_error(error: Any) -> None:
    """What is wrong with a command line, where a reader finds its help, on standard error."""
    if not error.format_message().strip() or type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    if error.ctx is not None:
        warn(error.ctx.get_usage())
        warn(in_chinese(f"Try '{error.ctx.command_path} --help' for help."))
    warn(f"错误：{in_chinese(error.format_message())}")


def _formatter(base: Any) -> Any:
    """typer's formatter of help, with Chinese heads, and lines as wide as their characters are."""

    class Formatter(base):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or in_chinese("Usage: "))

        def write_heading(self, heading: str) -> None:
            self.write(f"{'':>{self.current_indent}}{in_chinese(heading)}：\n")

        def write_text(self, text: str) -> None:
            indent = " " * self.current_indent
            for line in text.splitlines():
                self.write("".join(f"{indent}{part}\n" for part in self.folded(line, 0)) or "\n")

        def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = _GAP) -> None:
            known = [(first, _with_its_default(second)) for first, second in rows]
            first = min(max(len(one) for one, _ in known), col_max) + col_spacing
            for one, text in known:
                start = f"{'':>{self.current_indent}}{one}"
                lines = self.folded(text, first)
                if len(one) > first - col_spacing:
                    self.write(start + "\n")
                    start = ""
                for line in lines:
                    self.write(f"{start:<{first + self.current_indent}}{line}\n")
                    start = ""

        def folded(self, text: str, used: int) -> list[str]:
            return folded(text, self.width - self.current_indent - used)

    return Formatter


def _with_its_default(text: str) -> str:
    """An option's help, and its default, which typer puts behind it."""
    words, gap, extra = text.partition("  [")
    return in_chinese(words) + (gap and in_chinese("[" + extra))


def folded(text: str, columns: int) -> list[str]:
    """Text in lines of a terminal: between Chinese characters or at blanks, never in a word."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and display_width(lines[-1] + piece.rstrip()) > columns:
            lines.append("")
        lines[-1] = (lines[-1] + piece) if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]
