"""The figures of one run: kept as JSON, so that page and plots can be made again without measuring."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path

OURS = "dualstore"

# question, what it was asked of (a number, mostly), candidate: a figure for each round
Figures = dict[str, dict[str, dict[str, list[float]]]]


@dataclasses.dataclass
class Run:
    machine: str
    figures: Figures = dataclasses.field(default_factory=dict)

    def add(self, question: str, at: int | str, candidate: str, figures: Sequence[float]) -> None:
        self.figures.setdefault(question, {}).setdefault(str(at), {})[candidate] = [float(f"{figure:.6g}") for figure in figures]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False)
        one_line = re.sub(r"\[\s+([^\[\]]*?)\s+\]", lambda figures: f"[{' '.join(figures[1].split())}]", text)
        path.write_text(one_line + "\n")

    @staticmethod
    def load(path: Path) -> Run:
        return Run(**json.loads(path.read_text()))
