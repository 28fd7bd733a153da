"""The pytest plugin: the fixture `gradcheck`, the marker, the options, gradients collected without a test; `hooks` and `collection` are what
pytest calls."""

# A module that names another is registered any number of times, under any name; hooks would run as often.
pytest_plugins = ("gradcheck.pytest_plugin.hooks", "gradcheck.pytest_plugin.collection")
