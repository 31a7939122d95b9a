"""Workbooks of households: from the empty template to rows in the register, whole or not at all."""
