"""Pages of standards, recalculations, results and proposals."""
