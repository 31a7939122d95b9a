"""What is accepted of standards and recalculations."""
