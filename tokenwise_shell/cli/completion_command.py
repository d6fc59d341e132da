"""`tw completion SHELL`: what makes a shell complete commands, options and names of models behind Tab.

The script asks `tw completion SHELL WORDS…` for what can follow these words, of which the last is begun.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from tokenwise.policy import Strategy
from tokenwise_shell.cli.commands import COMMANDS, GROUPS
from tokenwise_shell.cli.declared import Parameter
from tokenwise_shell.cli.edge import Exit, write
from tokenwise_shell.cli.options import Common, one_of

__all__ = ["completion"]

_BASH: Final = """\
_tw() {
    local IFS=$'\\n'
    COMPREPLY=($(compgen -W "$(tw completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "$2"))
}
complete -o default -F _tw tw tokenwise
"""

_SCRIPTS: Final = {
    "bash": _BASH,
    "zsh": f"autoload -U +X bashcompinit && bashcompinit\n{_BASH}",
    "fish": "complete -c tw -a '(tw completion fish -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'\n",
}

_OF_MODELS: Final = ("--model", "--models", "--judge", "--explain", "--cheap", "--strong")
_WORDS: Final = {
    "--strategy": tuple(one.value for one in Strategy),
    "--tier": ("budget", "mid", "flagship"),
    "--capability": ("general", "code", "reasoning", "math"),
    "--planner": ("llm", "rules"),
    "--on-limit": ("refuse", "pause", "ask"),
    "--by": ("model", "provider", "key", "day", "run", "tag"),
    "--window": ("total", "day", "week", "month"),
}


def completion(
    shell: Annotated[str, Parameter(help="bash, zsh or fish.")],
    /,
    *words: Annotated[str, Parameter(help="What stands on the line, as the script asks.", allow_leading_hyphen=True)],
) -> int:
    """Print the script, for `eval "$(tw completion bash)"` or a file that the shell reads."""
    name = one_of(shell, tuple(_SCRIPTS), "SHELL")
    write(_SCRIPTS[name] if not words else "".join(f"{word}\n" for word in _following(words)))
    return Exit.DONE


def _following(words: tuple[str, ...]) -> Iterable[str]:
    """What the last of these words may become."""
    *before, begun = words
    last = before[-1] if before else ""
    if last in _OF_MODELS:
        found: Iterable[str] = (model.id for model in Common().workspace().catalog.models)
    elif last in _WORDS:
        found = _WORDS[last]
    elif not before:
        found = (*COMMANDS, *GROUPS)
    elif before == [last] and last in GROUPS:
        found = GROUPS[last][1]
    elif begun.startswith("-"):
        from tokenwise_shell.cli.declared import options_of

        found = options_of(before)
    else:
        found = ()
    return (word for word in found if word.startswith(begun))
