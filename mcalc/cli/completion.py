"""`mcalc completion`: what makes a shell complete the command line."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from mcalc.cli.command import ASKED, OneOf, command
from mcalc.cli.output import emit

SHELLS = ("bash", "zsh", "fish", "powershell")


@command(examples=[("the script for bash", "mcalc completion bash")])
@click.argument("shell", type=OneOf(SHELLS), help=f"The shell: {', '.join(SHELLS)}.")
def completion(shell: str) -> int:
    """Print the script that completes commands in a shell.

    With it the shell completes commands, options, formats, names of functions, and after --wrt the variables of the
    expression on the line.

    For bash and zsh, put eval "$(mcalc completion bash)" into ~/.bashrc, or the like with zsh into ~/.zshrc.

    For fish: mcalc completion fish > ~/.config/fish/completions/mcalc.fish

    For PowerShell, in $PROFILE: mcalc completion powershell | Out-String | Invoke-Expression
    """
    complete = get_completion_class(shell)
    assert complete is not None
    emit(complete(click.get_current_context().find_root().command, {}, "mcalc", ASKED).source())
    return 0
