"""Panels of a figure below each other, for a narrow page."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from canvas import leaving
from cutplane.drawing import phone_form, save_phone_form, stack_panels

WORDS = "the third measurement of the left ventricle, in millimetres"


def panels(rows, columns, **options):
    figure = Figure(figsize=(4 * columns, 3 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, **options)
    for axes in grid.flat:
        axes.plot(np.eye(3), label=["a", "b", "c"])
    return figure, grid


@pytest.mark.parametrize(("n", "columns"), [(1, 1), (3, 1), (8, 2)])
def test_panels_are_stacked(n, columns):
    figure, grid = panels(1, n)
    stack_panels(figure)
    figure.draw_without_rendering()
    assert figure.get_figwidth() == 3.9
    left = {round(axes.get_position().x0, 2) for axes in grid.flat}
    assert len(left) == columns
    assert leaving(figure) == {}


def test_names_that_panels_shared_are_at_each():
    figure, grid = panels(2, 2, sharex=True, sharey=True)
    grid[1, 0].set(xlabel="x one")
    grid[1, 1].set(xlabel="x two")
    for axes in grid[:, 0]:
        axes.set_ylabel("y")
    stack_panels(figure)
    assert [axes.get_xlabel() for axes in grid.flat] == ["x one", "x two"] * 2
    assert {axes.get_ylabel() for axes in grid.flat} == {"y"}
    assert all(axes.yaxis.get_major_ticks()[0].label1.get_visible() for axes in grid.flat)


@pytest.mark.parametrize("beside", [False, True])
def test_long_names_and_legends_fit(beside):
    figure, grid = panels(1, 3)
    figure.suptitle(WORDS * 2)
    for axes in grid.flat:
        axes.set(title=WORDS, xlabel=WORDS, ylabel=WORDS)
        if beside:
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    if not beside:
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside right")
    stack_panels(figure)
    assert leaving(figure) == {}
    boxes = [axes.get_tightbbox() for axes in grid.flat]
    assert all(upper.y0 >= lower.y1 for upper, lower in pairwise(boxes))


def test_it_lies_beside_the_picture(tmp_path):
    figure, _ = panels(1, 2)
    save_phone_form(figure, tmp_path / "own.png")
    height, width, _ = imread(phone_form(tmp_path / "own.png")).shape
    assert height > width
    assert [path.name for path in tmp_path.iterdir()] == ["own.phone.png"]
    plt.close("all")


def test_a_legend_without_names_is_none():
    """Of a picture whose curves have not been measured yet."""
    figure = Figure(figsize=(9, 3), layout="constrained")
    figure.subplots(1, 2)
    figure.legend([], [], loc="outside lower center")
    stack_panels(figure)
    figure.draw_without_rendering()
    assert not figure.legends
