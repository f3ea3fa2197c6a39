"""Every command takes --quiet and --lang: those that do not declare them get them here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from basketbt.cli import console, language
from basketbt.cli.failures import to_nowhere


class SharedOptions(TyperCommand):
    """A command with --quiet and --lang, which what is printed goes by (see ``console``)."""

    def __init__(self, name: str | None, *, params: list[Any] | None = None, **more: Any) -> None:
        own = params or []
        taken = {text for one in own for text in one.opts}
        added = [
            TyperOption(
                param_decls=["--quiet", "-q"],
                is_flag=True,
                default=False,
                expose_value=False,
                callback=lambda context, option, value: console.hush(quiet=value),
                help="Print errors only.",
            ),
            TyperOption(
                param_decls=["--lang"],
                expose_value=False,
                callback=lambda context, option, value: language.speak(value),
                help="Language of what is printed: zh or en.",
            ),
        ]
        extra = [one for one in added if taken.isdisjoint(one.opts[:1])]
        super().__init__(name, params=[*own, *extra], **more)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        console.hush(quiet=False)  # of an earlier command of this process
        language.speak(None)
        return list(super().parse_args(ctx, args))


class Root(TyperGroup):
    """All commands. A reader who closes the pipe has had enough: that is no failure.

    Ctrl-C ends a command with 130, as a shell expects it.
    """

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            to_nowhere(sys.stdout)
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None


class Commands(typer.Typer):
    """A group whose commands take the shared options."""

    def command(
        self, name: str | None = None, *, cls: type[TyperCommand] | None = None, **more: Any
    ) -> Callable[[Any], Any]:
        """As Typer's."""
        return super().command(name, cls=cls or SharedOptions, **more)
