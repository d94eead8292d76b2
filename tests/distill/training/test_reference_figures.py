"""Two runs whose figures are written down: what is rearranged in the code may not change them.

Without dropout, whose random numbers depend on how torch was built; to 0.01%, as sums in float32 depend on
the machine. Hashes of the weights would hold on one machine only.
"""

from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from tests.distill.helpers import figures, train, weights

NAMES = {
    "logit": ("loss", "soft", "hard", "gradient_norm"),
    "multi": ("loss", "soft", "hard", "hidden", "embedding", "attention", "gradient_norm"),
}
FIGURES = {
    "logit": [
        (2.3522766, 1.0295752, 5.4385796, 1.2625198),
        (2.1512852, 0.9520994, 4.9493847, 1.1695324),
        (2.2845249, 0.9741343, 5.3421030, 1.2268571),
    ],
    "multi": [
        (2.3522763, 1.0295751, 5.4385786, 1.9882538, 1.4670339, 0.0090429, 1.2625198),
        (5.3262911, 0.9520994, 4.9493847, 2.0541582, 1.4325243, 0.0097137, 2.4087145),
        (5.6185508, 0.9766790, 5.3458686, 2.2341633, 1.4291711, 0.0104423, 3.0917764),
    ],
}
HELD_OUT = {"logit": 2.1995587, "multi": 5.4590282}
CHANGE = {"logit": 0.18588047, "multi": 0.18311662}
"""The length of the way that all weights together have gone in three steps."""


@pytest.mark.parametrize("method", FIGURES)
def test_the_figures_of_a_run_stay_what_they_are(
    method: str, values: dict[str, Any], plain: Path, tmp_path: Path
) -> None:
    own = {"student": str(plain), "method": method, "max_steps": 3, "evaluation_steps": 3}
    run = train({**values, **own}, tmp_path)
    *steps, validation = figures(run)
    found = [tuple(row[name] for name in NAMES[method]) for row in steps]
    for mine, wanted in zip(found, FIGURES[method], strict=True):
        assert mine == pytest.approx(wanted, rel=1e-4)
    assert validation["validation_loss"] == pytest.approx(HELD_OUT[method], rel=1e-4)
    before, after = load_file(plain / "model.safetensors"), weights(run)
    change = sum(float((after[name] - before[name]).double().square().sum()) for name in before) ** 0.5
    assert change == pytest.approx(CHANGE[method], rel=1e-4)
