"""What writes the files in reports/: one module a file, run by `tox -e reports`."""
