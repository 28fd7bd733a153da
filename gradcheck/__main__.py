"""python -m gradcheck."""

from gradcheck.cli import entrypoint

if __name__ == "__main__":
    entrypoint()
