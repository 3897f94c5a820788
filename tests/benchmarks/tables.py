"""What was measured, as Markdown."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from tests.benchmarks.stages import STEPS

QUESTIONS = {
    ("one", "seen"): "one row, a statement seen before",
    ("one", "new"): "one row, a new statement each time",
    ("prose", "new"): "one row of 12 columns with prose, a new statement each time",
    ("page", "new"): "1,000 rows of 12 columns, a new statement each time",
}


def text(report: Mapping[str, Any]) -> str:
    parts = [_ratios(report), _stages(report["stages"]), _processes(report)]
    return "\n\n".join([*parts, _scaling(report["scaling"])] if report["scaling"] else parts)


def _ratios(report: Mapping[str, Any]) -> str:
    lines = [
        "| question | at once | server | calls/s | of bare | p50 ms | added ms | p99 ms | CPU ms a call |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for run in report["runs"]:
        question = QUESTIONS[run["question"], run["novelty"]]
        lines += [
            f"| {question} | {run['concurrency']} | {name} "
            f"| {measured['rate']:,.1f} | {measured['of_bare']:.3f} | {measured['p50']:.2f} "
            f"| {measured['added']:+.2f} | {measured['p99']:.1f} | {measured['cpu']:.2f} |"
            for name, measured in run["servers"].items()
        ]
    return "\n".join(lines)


def _scaling(measured: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        "| question | at once | one worker, calls/s | two workers | two of one |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {QUESTIONS[run['question'], run['novelty']]} | {run['concurrency']} "
        f"| {run['one']:,.1f} | {run['two']:,.1f} | {run['ratio']:.2f} |"
        for run in measured
    ]
    return "\n".join(lines)


def _stages(measured: Mapping[str, Mapping[str, float]]) -> str:
    lines = [
        f"| step, median ms | {' | '.join(measured)} |",
        f"|---|{'---|' * len(measured)}",
    ]
    lines += [
        f"| {step} | {' | '.join(f'{times[step]:.3f}' for times in measured.values())} |"
        for step in (*STEPS, "whole")
    ]
    return "\n".join(lines)


def _processes(report: Mapping[str, Any]) -> str:
    lines = [
        "| server | answers on /mcp after | memory after the start | after the load |",
        "|---|---|---|---|",
    ]
    for name, process in report["processes"].items():
        lines.append(
            f"| {name} | {process['http_seconds']:.2f} s | {process['bytes_after_start'] / 1e6:.0f} MB "
            f"| {process['bytes_after_load'] / 1e6:.0f} MB |"
        )
    greeted, answered = (median(run[what] for run in report["stdio"]) for what in ("greeted", "answered"))
    lines.append(f"| remit over stdio | {greeted:.2f} s to `initialize`, {answered:.2f} s to rows | | |")
    return "\n".join(lines)
