"""What of a figure leaves its canvas."""

import warnings

from matplotlib.backends.backend_agg import FigureCanvasAgg

#: Pixels that smoothing may add.
TOLERANCE = 1.5


def leaving(figure):
    """Names of the sides that any drawn part of a figure leaves, with the pixels beyond.

    Texts, legends, axes with their labels and ticks count, and what is clipped does not. The
    layout is done first.
    """
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing")
        figure.draw_without_rendering()
        found = figure.get_tightbbox(canvas.get_renderer())
    width, height = figure.get_size_inches()
    beyond = {
        "left": -found.x0,
        "right": found.x1 - width,
        "below": -found.y0,
        "above": found.y1 - height,
    }
    return {side: far for side, inch in beyond.items() if (far := inch * figure.dpi) > TOLERANCE}
