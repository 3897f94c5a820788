"""Every command of `remit`, as its parsers say that it is called."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final, cast

from server.cli import COMMANDS, parser

SERVING: Final = frozenset({"serve", "demo"})
"""They go on until they are told to end."""


def commands(values: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The arguments of each, once as text and once as JSON where it prints that.

    `values` are of the arguments that a command needs, by the command and the argument, or by the argument
    alone. Raises `KeyError` for a command that needs another one.
    """
    for name in COMMANDS:
        if name in SERVING:
            continue
        for path, leaf in _leaves((name,), _of(parser([name]))[name]):
            for choice in _choices(leaf):
                arguments = (*path, *_given(path, [*_needed(leaf), *choice], values))
                yield arguments
                if "--json" in leaf._option_string_actions:
                    yield (*arguments, "--json")


def _leaves(
    path: tuple[str, ...], at: argparse.ArgumentParser
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    below = _of(at)
    if not below:
        yield path, at
    for name, sub in below.items():
        yield from _leaves((*path, name), sub)


def _of(at: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    below: dict[str, argparse.ArgumentParser] = {}
    for action in at._actions:
        if action.nargs == argparse.PARSER:
            below |= cast("Mapping[str, argparse.ArgumentParser]", action.choices)
    return below


def _needed(leaf: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    return [action for action in leaf._actions if action.required or action.dest == "config"]


def _choices(leaf: argparse.ArgumentParser) -> Iterator[tuple[argparse.Action, ...]]:
    """Every way to take one of each group of which one is needed."""
    return product(*(group._group_actions for group in leaf._mutually_exclusive_groups if group.required))


def _given(
    path: tuple[str, ...], actions: Sequence[argparse.Action], values: Mapping[str, str]
) -> Iterator[str]:
    for action in actions:
        yield from action.option_strings[-1:]
        if action.nargs != 0:
            yield values.get(f"{' '.join(path)} {action.dest}") or values[action.dest]
