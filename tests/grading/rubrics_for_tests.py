"""Rubrics as their authors write them, whole or with one line changed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gradcheck.grading.rubric import Rubric, load_rubric

NETWORK: Final = """\
[assignment]
title = "Backpropagation"
protocol = "network"
names = ["Network"]

[network]
activation = "sigmoid"

[policy]
explain = 1

[limits]
memory_mb = 256

[[item]]
id = "bp1"
title = "The output error"
part = "BP1"
points = 2

[[item]]
id = "bp2"
title = "The hidden error"
part = "BP2"
points = 3.5
given = ["bp1"]
"""

LAYERS: Final = """\
[assignment]
title = "Layers"
protocol = "layers"
reference = "right.py"

[functions.affine]
parameters = { x = [4, 5], w = [5, 3] }

[functions.relu]
parameters = { x = [4, 3] }
data = { y = { shape = [4], draw = "labels", classes = 3 } }

[[item]]
id = "affine"
title = "Affine"
part = "backward"
function = "affine"
points = 2
"""

PAIR: Final = """\
[assignment]
title = "Pairs"
protocol = "pair"
reference = "right.py"

[functions.swish]
parameters = { z = [9] }
elementwise = true

[[item]]
id = "swish"
title = "Swish"
part = "derivative"
points = 2
"""


def written(folder: Path, text: str) -> Path:
    """Write a rubric, and the reference that some ask for beside it."""
    (folder / "right.py").write_text("")
    path = folder / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    return path


def rubric_of(folder: Path, text: str = NETWORK) -> Rubric:
    """Write a rubric and load it."""
    return load_rubric(written(folder, text))
