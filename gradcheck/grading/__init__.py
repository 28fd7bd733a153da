"""Strangers' code graded by a rubric: run shut in, judged from outside, answered in points with their reasons."""
