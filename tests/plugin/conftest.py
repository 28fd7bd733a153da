"""The worked project is run by its test, as a session of its own, and is no part of this one."""

collect_ignore = ["worked_project"]
