"""Strangers' code, run where it can do no harm: the parent asks, judges and counts; the child only answers."""
