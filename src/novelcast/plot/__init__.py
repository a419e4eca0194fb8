"""Look instead of listen: one picture of a chapter, drawn from its finished file."""

from novelcast.plot.drawing import check_plots, plot_chapter

__all__ = ["check_plots", "plot_chapter"]
