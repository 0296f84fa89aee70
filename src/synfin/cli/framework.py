"""Click, taught two languages: help texts, errors and the loading of commands.

- ``--lang`` is taken out of the arguments before anything else happens, so it
  works anywhere on the line and help comes in the right language.
- Help is drawn here, not by click, since Chinese has no spaces to break at and
  its characters are two columns wide.
- A command's module is imported when the command is used: nothing of the
  simulator's commands ever imports the TUN device.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, Final, NoReturn, TypeVar

import click
from rich.cells import cell_len

from synfin.cli.app import App, choose_language
from synfin.cli.errors import UserError
from synfin.show.words import wrap

T = TypeVar("T")

BAD_INPUT: Final = 2
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
"""What a shell reports for a program that SIGPIPE ended."""


def app_of(ctx: click.Context) -> App:
    """The :class:`App` of this call."""
    found = ctx.find_object(App)
    assert found is not None
    return found


class Command(click.Command):
    """A command whose texts are ``cli-help-<name>`` and ``cli-opt-<option>``.

    ``examples`` stand at the end of its help; they are the same in all languages.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples: Final = tuple(examples)

    def get_help(self, ctx: click.Context) -> str:
        """The whole help."""
        return "\n".join(command_help(self, ctx))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click's, but what is too much is named in the user's language."""
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise
        if ctx.args:
            raise UserError("cli-error-extra", word=ctx.args[0], path=ctx.command_path)
        return rest


def command(name: str, examples: Sequence[str] = ()) -> Callable[[Callable[..., None]], Command]:
    """Declares a command; the function gets the :class:`App` first."""

    def declare(function: Callable[..., None]) -> Command:
        made: Command = click.command(name, cls=Command, examples=examples)(pass_app(function))
        return made

    return declare


def pass_app(function: Callable[..., T]) -> Callable[..., T]:
    """Gives ``function`` the App as its first argument."""

    def called(*args: Any, **kwargs: Any) -> T:
        return function(app_of(click.get_current_context()), *args, **kwargs)

    called.__name__ = function.__name__
    called.__doc__ = function.__doc__
    # click hangs the declared options on the function
    called.__dict__.update(function.__dict__)
    return called


def stop(code: int) -> NoReturn:
    """Ends the command with an exit code."""
    raise click.exceptions.Exit(code)


# --- help -----------------------------------------------------------------------


def _option_text(app: App, command: click.Command, option: click.Option) -> str:
    name = (option.name or "").strip("_").replace("_", "-")
    for key in (f"cli-opt-{command.name}-{name}", f"cli-opt-{name}"):
        if app.texts.has(key):
            return app.ui(key)
    return option.help or ""


def _option_names(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag:
        return names
    metavar = option.metavar or str(option.type.name).upper()
    return f"{names}{metavar}" if metavar.startswith("[=") else f"{names} {metavar}"


def _usage(command: click.Command, ctx: click.Context) -> str:
    words = [ctx.command_path]
    if any(isinstance(p, click.Option) for p in command.params):
        words.append("[--…]")
    for param in command.params:
        if isinstance(param, click.Argument):
            name = param.metavar or (param.name or "").upper()
            words.append(name if param.required or name.startswith("[") else f"[{name}]")
    return " ".join(words)


def _after(label: str, text: str) -> str:
    """A label and what it names; a Chinese colon brings its own space."""
    return label + text if label.endswith("：") else f"{label} {text}"


def command_help(command: "Command", ctx: click.Context) -> list[str]:
    """Usage, what it does, options, examples."""
    app = app_of(ctx)
    lines = [_after(app.ui("cli-usage"), _usage(command, ctx)), ""]
    for paragraph in app.ui(f"cli-help-{command.name}").split("\n"):
        lines += wrap(paragraph, app.width) if paragraph.strip() else [""]
    rows = [
        (_option_names(p), _option_text(app, command, p))
        for p in command.params
        if isinstance(p, click.Option) and not p.hidden
    ]
    rows.append(("--lang en|zh", app.ui("cli-opt-lang")))
    rows.append(("--help", app.ui("cli-opt-help")))
    lines += ["", app.ui("cli-options"), *two_columns(rows, app.width)]
    if command.examples:
        lines += ["", app.ui("cli-examples"), *(f"  synfin {e}" for e in command.examples)]
    return [app.clean(line) for line in lines]


def two_columns(rows: Sequence[tuple[str, str]], width: int, most: int = 26) -> list[str]:
    """Names and what they mean; a name that is too long has a line of its own."""
    left = min(max((cell_len(name) for name, _ in rows), default=0), most) + 4
    lines: list[str] = []
    for name, text in rows:
        pieces = wrap(text, width - left)
        if cell_len(name) > left - 4:
            lines.append(f"  {name}")
            lines += [" " * left + piece for piece in pieces]
            continue
        lines.append(f"  {name}{' ' * (left - 2 - cell_len(name))}{pieces[0]}".rstrip())
        lines += [" " * left + piece for piece in pieces[1:]]
    return lines


# --- errors ---------------------------------------------------------------------


def error_text(error: click.ClickException, app: App) -> str:
    """Click's errors in our words."""
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else "synfin"
    if isinstance(error, click.NoSuchOption):
        known = [o for p in ctx.command.params for o in p.opts] if ctx is not None else []
        hint = app.nearest(error.option_name, [*known, "--lang", "--help"])
        return app.ui("cli-error-option", name=error.option_name, path=path, hint=hint)
    if isinstance(error, click.MissingParameter):
        param = error.param
        name = "?"
        if param is not None:
            word = param.metavar or (param.name or "").upper()
            name = f"{param.opts[-1]} {word}" if isinstance(param, click.Option) else word
        return app.ui("cli-error-missing", name=name, path=path)
    if isinstance(error, click.BadOptionUsage):
        return app.ui("cli-error-option-value", name=error.option_name, path=path)
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.opts[0] if error.param.opts else str(error.param.name)
        return app.ui("cli-error-parameter", name=name, why=error.message)
    return app.ui("cli-error-usage", why=error.format_message(), path=path)


# --- the root -------------------------------------------------------------------


class Root(click.Group):
    """``synfin``: finds the command's module, prepares the App, turns errors into lines."""

    def __init__(self, *args: Any, where: dict[str, str], **kwargs: Any) -> None:
        """``where``: command name -> ``module:attribute``."""
        super().__init__(*args, **kwargs)
        self.where: Final = where

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them, in the order of the table."""
        return list(self.where)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command's module."""
        place = self.where.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with a better answer to a wrong name."""
        if args and self.get_command(ctx, args[0]) is None:
            app = app_of(ctx)
            hint = app.nearest(args[0], self.list_commands(ctx))
            raise UserError("cli-error-command", name=args[0], hint=hint)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """The list of commands."""
        app = app_of(ctx)
        lines = [_after(app.ui("cli-usage"), f"synfin {app.ui('cli-command-word')} …"), ""]
        lines += [*wrap(app.ui("cli-help-root"), app.width), ""]
        rows = [(name, app.ui(f"cli-short-{name}")) for name in self.where]
        lines += two_columns(rows, app.width)
        lines += ["", app.ui("cli-options")]
        lines += two_columns(
            [
                ("--lang en|zh", app.ui("cli-opt-lang")),
                ("--version", app.ui("cli-opt-version")),
                ("--help", app.ui("cli-opt-help")),
            ],
            app.width,
        )
        lines += ["", *wrap(app.ui("cli-help-more"), app.width)]
        return "\n".join(app.clean(line) for line in lines)

    # click's main() may return; this one always exits, which the type should say.
    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Runs a command line and exits: 0, 1 (a check failed), 2 (bad input), 130, 141."""
        words = list(sys.argv[1:] if args is None else args)
        extra.pop("standalone_mode", None)
        _never_fail_to_print()
        app = App("en")
        try:
            wanted, words = take_language(words)
            app = App(choose_language(wanted))
            if wanted is not None and app.no_chinese:
                app.note(app.ui("cli-no-chinese", encoding=app.encoding))
            code = super().main(words, "synfin", standalone_mode=False, obj=app, **extra)
            app.flush()
            sys.exit(code if isinstance(code, int) else 0)
        except UserError as error:
            app.note(_named(error.text(app.texts)))
            sys.exit(BAD_INPUT)
        except click.ClickException as error:
            app.note(_named(error_text(error, app)))
            sys.exit(BAD_INPUT)
        except (click.Abort, KeyboardInterrupt, _Interrupted):
            if app.err.is_terminal:
                app.err.print()  # so that the prompt does not stand behind ^C
            sys.exit(INTERRUPTED)
        except _PipeClosed:
            _forget_output()
            sys.exit(BROKEN_PIPE)
        except BrokenPipeError:
            _forget_output()
            sys.exit(BROKEN_PIPE)

    def invoke(self, ctx: click.Context) -> Any:
        """As click's, but a closed pipe is not exit code 1 and Ctrl-C prints nothing."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _PipeClosed from None
        except KeyboardInterrupt:
            raise _Interrupted from None


def _named(line: str) -> str:
    """An error line begins with the program's name."""
    return line if line.startswith("synfin ") else f"synfin: {line}"


class _Interrupted(Exception):
    """Ctrl-C."""


class _PipeClosed(Exception):
    """Whoever read our output has gone."""


def _never_fail_to_print() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _forget_output() -> None:
    """So that the interpreter's last flush does not complain."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def take_language(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """(the value of ``--lang``, the other words); the last one counts.

    Words after ``--`` are left alone.
    """
    wanted: str | None = None
    rest: list[str] = []
    items = iter(words)
    for word in items:
        if word == "--":
            rest += [word, *items]
        elif word == "--lang":
            value = next(items, None)
            if value is None:
                raise UserError("cli-error-option-value", name="--lang", path="synfin")
            wanted = value
        elif word.startswith("--lang="):
            wanted = word.removeprefix("--lang=")
        else:
            rest.append(word)
    return wanted, rest
