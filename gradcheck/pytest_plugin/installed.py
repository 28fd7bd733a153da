"""What an installed gradcheck hands to pytest: the same plugin as `-p gradcheck.pytest_plugin`, which may be given beside it."""

pytest_plugins = ("gradcheck.pytest_plugin.hooks", "gradcheck.pytest_plugin.collection")
