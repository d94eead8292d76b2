from ui.distil import curves
from ui.distil.curves import CHARTS, POINTS


def test_a_term_has_training_held_out_and_the_teachers_values() -> None:
    rows = [
        {"step": 1, "loss": 3.0, "hard": 2.0},
        {"step": 2, "loss": 3.0, "hard": None},
        {"step": 2, "validation_loss": 2.5, "validation_hard": 2.5, "validation_teacher_hard": 2.2},
    ]
    assert curves.term("hard", rows).values.tolist() == [
        [1, 2.0, "training"],
        [2, 2.5, "held out"],
        [2, 2.2, "teacher, held out"],
    ]


def test_a_line_whose_figures_are_still_to_come_begins_with_a_gap() -> None:
    rows = [{"step": step, "loss": 3.0, "hard": 2.0, "soft": 1.0} for step in (4, 5)]
    points = curves.term("hard", rows)
    gaps = points[points["value"].isna()]
    assert gaps[["step", "line"]].values.tolist() == [[4, "held out"], [4, "teacher, held out"]]
    assert points["value"].dtype == float  # else the axis shows words
    assert curves.is_curve(points)
    assert not curves.is_curve(curves.term("hard", rows[:1]))
    assert set(curves.term("soft", rows)["line"]) == {"training", "held out"}
    assert set(curves.term("hard", [{"step": 1, "hard": 2.0}])["line"]) == {
        "training",
        "held out",
    }  # no teacher
    assert set(curves.term("loss", rows)["line"]) == {"training", "held out"}
    assert curves.term("hidden", rows).empty


def test_rouge_is_in_points() -> None:
    rows = [{"step": 1, "validation_rougeL": 0.25, "validation_rouge1": 0.5}]
    assert curves.rouge(rows).values.tolist() == [[1, 50.0, "ROUGE-1"], [1, 25.0, "ROUGE-L"]]


def test_blocks_are_in_the_order_of_their_depth() -> None:
    rows = [{"step": 1, "loss": 1.0, **{f"gradient/encoder.{n}": 0.5 for n in (10, 2, 0)}}]
    rows[0] |= {"gradient/decoder.0": 1.0, "gradient/embedding": 1.0}
    assert curves.blocks("encoder", rows) == ["encoder.0", "encoder.2", "encoder.10"]
    assert curves.gradients("decoder", rows).values.tolist() == [[1, 1.0, "decoder.0"]]
    assert curves.blocks("encoder", [{"step": 1}]) == []


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    rows = [{"step": step, "loss": 1.0} for step in range(10_000)]
    steps = curves.term("loss", rows).dropna()["step"].tolist()
    assert len(steps) == POINTS
    assert (steps[0], steps[-1]) == (0, 9999)


def test_what_stands_still_or_is_one_step_is_no_curve() -> None:
    still = [{"step": step, "alpha": 0.7, "temperature": 2.0} for step in (1, 2)]
    temperature, alpha = CHARTS["Schedules"]
    assert not alpha.shown(alpha.points(still))
    moved = [*still, {"step": 3, "temperature": 3.0}]
    assert temperature.shown(temperature.points(moved))
    assert not curves.is_curve(curves.term("loss", [{"step": 1, "loss": 1.0}]))
    assert curves.empty("Schedules", still) == "Alpha stays 0.7 and the temperature 2."
    assert not curves.moves(curves.term("loss", []))


def test_a_first_validation_is_drawn_as_a_dash_and_a_curve_as_it_is() -> None:
    rows = [{"step": step, "hard": 2.0} for step in range(1, 101)]
    rows.append({"step": 50, "validation_hard": 1.5})
    points = curves.dashed(curves.term("hard", rows))
    held_out = points[points["line"] == "held out"]
    assert held_out.values.tolist() == [
        [50 - 99 * 0.015, 1.5, "held out"],
        [50 + 99 * 0.015, 1.5, "held out"],
    ]
    assert len(points[points["line"] == "training"]) == 100
    [one] = [chart for chart in CHARTS["Quality"] if chart.key == "rouge"]
    first = curves.dashed(one.points([{"step": 4, "validation_rougeL": 0.25}]))
    assert one.shown(first)
    assert first["step"].tolist() == [3.5, 4.5]
    two = one.points([{"step": step, "validation_rougeL": 0.25} for step in (4, 8)])
    assert curves.dashed(two).equals(two)
    still = CHARTS["Schedules"][0]
    assert not still.shown(curves.dashed(still.points([{"step": 1, "temperature": 2.0}])))
