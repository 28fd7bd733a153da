"""The command line: parse, call, exit code. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import click

from gradcheck import __version__
from gradcheck.cli.check_command import check, parse_shapes
from gradcheck.cli.demo_command import demo
from gradcheck.cli.doctor_command import doctor
from gradcheck.cli.exits import Exit, exit_code
from gradcheck.cli.grade_command import grade
from gradcheck.cli.gradescope_command import gradescope
from gradcheck.cli.init_command import init
from gradcheck.cli.mistakes_command import mistakes
from gradcheck.cli.process import own_the_process
from gradcheck.cli.report_command import report
from gradcheck.cli.rubric_command import rubric
from gradcheck.cli.sweep_command import sweep

__all__ = ["Exit", "entrypoint", "exit_code", "main", "parse_shapes"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gradcheck")
def main() -> None:
    """Tell whether a gradient written by hand is right, and if not, where and why."""
    own_the_process()


for _command in (check, demo, doctor, grade, gradescope, init, mistakes, report, rubric, sweep):
    main.add_command(_command)


def entrypoint() -> None:
    """Run the command line."""
    main(prog_name="gradcheck")
