"""What makes a shell complete verbs and their options: a script of words, made from the parser."""

from __future__ import annotations

import argparse

from .formatting import Command

SHELLS = ("bash", "zsh")
_BASH = """\
# sc-neurocore: source <(sc-neurocore --completion {shell})
{before}_sc_neurocore() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} verb=${{COMP_WORDS[1]}}
  case $COMP_CWORD,$verb in
    1,*) COMPREPLY=($(compgen -W "{verbs}" -- "$word")) ;;
{cases}
  esac
  [[ ${{#COMPREPLY[@]}} -gt 0 || $word == -* ]] || COMPREPLY=($(compgen -f -- "$word"))
}}
complete -o filenames -F _sc_neurocore sc-neurocore
"""


def completion(shell: str, parser: Command) -> str:
    """The script of a shell.

    Args:
        shell: one of `SHELLS`; zsh takes bash's through its own `bashcompinit`.
        parser: of the whole command.
    """
    verbs = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction)).choices
    cases = [
        f'    *,{name}) COMPREPLY=($(compgen -W "{" ".join(each.options())}" -- "$word")) ;;'
        for name, each in verbs.items()
        if isinstance(each, Command)
    ]
    before = {"bash": "", "zsh": "autoload -U +X bashcompinit && bashcompinit\n"}[shell]
    return _BASH.format(shell=shell, before=before, verbs=" ".join(verbs), cases="\n".join(cases)).rstrip()
