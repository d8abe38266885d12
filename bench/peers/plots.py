"""One picture a question, as SVG, out of the figures of a run. Colours of middle brightness on no background: for white pages and dark ones."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from figures import OURS, Run
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

OUR_COLOURS = ("#e8590c", "#f59f5b", "#b5651d")
TEXT = "#848d97"
PEER_COLOURS = ("#4a90d9", "#8e7cc3", "#3fa46a", "#b08d3c", "#c2569b", "#4fa3b5", "#9aa0a6")
STYLE: dict[Any, object] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dualstore",  # the same figures give the same bytes
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "axes.edgecolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "grid.color": TEXT,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.5,
}

# A candidate's figures by what they were measured at.
Lines = Mapping[str, Mapping[float, Sequence[float]]]


def _number(value: float, _position: object = None) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} M"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ours(candidate: str) -> bool:
    return candidate.startswith(OURS)


def _colours(candidates: Sequence[str]) -> dict[str, str]:
    ours, peers = iter(OUR_COLOURS * 2), iter(PEER_COLOURS * 2)
    return {name: next(ours if _ours(name) else peers) for name in candidates}


def _canvas(title: str, height: float = 3.6) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.6, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, pad=14)
    axes.patch.set_alpha(0)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, transparent=True, bbox_inches="tight", pad_inches=0.2, metadata={"Date": None, "Creator": None})


def _label_ends(axes: Axes, lines: Lines, colours: Mapping[str, str]) -> None:
    """Names each line behind its last point, moved apart where they would touch."""
    axes.figure.canvas.draw()
    to_pixels, from_pixels = axes.transData.transform, axes.transData.inverted().transform
    gap = 1.25 * matplotlib.rcParams["font.size"] * axes.figure.dpi / 72
    ends = []
    for name, points in lines.items():
        at = max(points)
        ends.append([to_pixels((at, statistics.median(points[at])))[1], name, at])
    ends.sort()
    for before, after in itertools.pairwise(ends):
        after[0] = max(after[0], before[0] + gap)
    right = max(at for _, _, at in ends)
    for height, name, _ in ends:
        axes.annotate(
            name,
            (right, from_pixels((0, height))[1]),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=colours[name],
            weight="bold" if _ours(name) else "normal",
            annotation_clip=False,
        )


def _draw_lines(path: Path, lines: Lines, title: str, across: str, *, log_y: bool, doubling: bool = False) -> None:
    """Medians by number, on a logarithmic scale of numbers; the spread of the rounds as a shade."""
    figure, axes = _canvas(title)
    axes.set_xscale("log", base=2 if doubling else 10)
    if log_y:
        axes.set_yscale("log")
        every = [value for points in lines.values() for figures in points.values() for value in figures]
        axes.yaxis.set_major_locator(LogLocator(10, subs=(1,) if max(every) > 300 * min(every) else (1, 2, 5), numticks=12))
        axes.yaxis.set_minor_locator(NullLocator())
    colours = _colours(list(lines))
    for name, points in lines.items():
        at = sorted(points)
        ours = _ours(name)
        axes.fill_between(at, [min(points[n]) for n in at], [max(points[n]) for n in at], color=colours[name], alpha=0.15, linewidth=0)
        middles = [statistics.median(points[n]) for n in at]
        axes.plot(
            at,
            middles,
            color=colours[name],
            linewidth=2.4 if ours else 1.4,
            marker="o",
            markersize=4.5 if ours else 3,
            zorder=3 if ours else 2,
        )
    numbers = sorted({n for points in lines.values() for n in points})
    axes.set_xticks(numbers)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(_number))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(_number))
    if not log_y:
        axes.set_ylim(bottom=0)
    axes.set_xlabel(across)
    axes.grid(axis="y")
    axes.tick_params(length=0)
    _label_ends(axes, lines, colours)
    _save(figure, path)


def _draw_bars(path: Path, groups: Mapping[str, Mapping[str, Sequence[float]]], title: str) -> None:
    """A bar for each candidate, below the name of what it did."""
    rows = [(group, name, figures) for group, candidates in groups.items() for name, figures in candidates.items()]
    figure, axes = _canvas(title, 0.9 + 0.28 * len(rows) + 0.12 * len(groups))
    places, place, last = [], 0.0, rows[0][0]
    for group, _, _ in rows:
        place += 1.0 if group == last else 1.5
        last = group
        places.append(place)
    colours = _colours(list(dict.fromkeys(name for _, name, _ in rows)))
    most = max(statistics.median(figures) for _, _, figures in rows)
    for place, (_, name, figures) in zip(places, rows, strict=True):
        value = statistics.median(figures)
        axes.barh(place, value, height=0.78, color=colours[name])
        axes.text(value + most * 0.01, place, _number(value), va="center", weight="bold" if _ours(name) else "normal")
    axes.set_yticks(places, [f"{group}: {name}" for group, name, _ in rows])
    axes.invert_yaxis()
    axes.set_xlim(right=most * 1.12)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(length=0)
    _save(figure, path)


def _lines(run: Run, question: str) -> dict[str, dict[float, list[float]]]:
    lines: dict[str, dict[float, list[float]]] = {}
    for at, candidates in run.figures.get(question, {}).items():
        for name, figures in candidates.items():
            lines.setdefault(name, {})[float(at)] = figures
    return lines


BY_NUMBER = (  # file, question, title, what the numbers are of, logarithmic
    ("writes-new", "durable put of new keys, writers", "Durable puts of new keys, calls a second", "writers", False),
    ("writes-replaced", "durable replacement, writers", "Durable replacement, calls a second", "writers", False),
    ("s3-put", "verified put to S3, in flight", "Verified puts to S3, calls a second", "in flight", False),
    ("s3-get", "get from S3, in flight", "Gets from S3, calls a second", "in flight", False),
    ("sql", "SQL after one more write, records", "SQL after one more write, milliseconds", "records", True),
    ("memory", "memory, MiB, records", "Most memory of a process, MiB", "records", True),
)
BARS = (
    ("processes", "whole process, milliseconds", "Whole processes, milliseconds"),
    ("encode", "encode and validate, megabytes a second", "Encoding records, megabytes of JSON a second"),
)


def draw(run: Run, folder: Path, growth: Mapping[str, str]) -> None:
    """Of each question that the run has figures of."""
    with matplotlib.rc_context(STYLE):
        for name, question, title, across, log_y in BY_NUMBER:
            if lines := _lines(run, question):
                _draw_lines(folder / f"{name}.svg", lines, title, across, log_y=log_y, doubling=not log_y)
        calls = {call: _lines(run, question)[OURS] for call, question in growth.items() if question in run.figures}
        if calls:
            _draw_lines(folder / "growth.svg", calls, "A call of an open client, milliseconds", "records", log_y=True)
        for name, question, title in BARS:
            if groups := run.figures.get(question):
                _draw_bars(folder / f"{name}.svg", groups, title)
