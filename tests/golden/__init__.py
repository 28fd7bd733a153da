"""Reports of results made by hand, as text a person has read: `python -m tests.golden.regenerate` writes them again."""
