"""From what a user types to results: load the file, find its subjects, check each."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path

from gradcheck.checks.dispatch import check_subject
from gradcheck.checks.options import DEFAULT_OPTIONS, Locate, Options, seeded
from gradcheck.errors import LoadError, UsageError, UserCodeError
from gradcheck.results import CheckResult, Failure, FailureKind, Report
from gradcheck.subjects.discover import Found, discover, named
from gradcheck.subjects.load import LoadedModule, load
from gradcheck.subjects.python2 import explain_python_2
from gradcheck.subjects.spec import SubjectSpec, spec_beside
from gradcheck.subjects.targets import parse_target
from gradcheck.subjects.tracebacks import user_traceback


def check_target(spec: SubjectSpec, options: Options = DEFAULT_OPTIONS, *, import_timeout: float = 10.0) -> Report:
    """Check what one target offers, and say so too when it offers nothing or raises.

    Equation (46)'s differences for every subject found; what the folder's gradcheck.toml declares of the target is taken where
    `spec` leaves it unsaid.

    Parameters
    ----------
    spec : SubjectSpec
        The target, and what is declared of it.
    options : Options
    import_timeout : float
        How long the file may take to import [seconds].

    Examples
    --------
    >>> check_target(SubjectSpec("gradcheck.examples.sigma_pair_right:swish")).results[0].verdict
    <Verdict.AGREE: 'agree'>
    >>> check_target(SubjectSpec("nowhere.py")).failures[0].kind
    <FailureKind.MISUSE: 'misuse'>
    """
    options = seeded(options)
    path: Path | None = None
    results: list[CheckResult] = []
    try:
        loaded = load(parse_target(spec.target), timeout=import_timeout)
        path = loaded.path
        for found in _subjects(loaded, _declared(spec, path), options):
            results.append(_titled(check_subject(found.subject, options), spec, found, loaded, options))
    except UserCodeError as error:
        return Report(tuple(results), (_raised(spec.target, error, path),))
    except UsageError as error:
        return Report(tuple(results), (Failure(spec.target, FailureKind.MISUSE, str(error)),))
    return Report(tuple(results))


def _subjects(loaded: LoadedModule, spec: SubjectSpec, options: Options) -> tuple[Found, ...]:
    """Return the subjects a target names, or all that its file has."""
    generator = options.generator("data")
    names = parse_target(spec.target).names
    if names:
        return (named(loaded.module, names, spec, generator),)
    return discover(loaded.module, spec, generator)


def _declared(spec: SubjectSpec, path: Path | None) -> SubjectSpec:
    """Return the spec with what the folder's gradcheck.toml declares of the same target."""
    if path is None:
        return spec
    names = parse_target(spec.target).names
    same_file = [
        other
        for other in spec_beside(path.parent)
        if (path.parent / parse_target(other.target).place).resolve() == path.resolve()
    ]
    # The exact name comes first, then what is said of the whole file; a file named alone takes what is said of a name in it.
    for fits in (names, ()):
        for other in same_file:
            if parse_target(other.target).names == fits:
                return spec.over(other)
    return spec.over(same_file[0]) if same_file and not names else spec


def _titled(
    result: CheckResult, spec: SubjectSpec, found: Found, loaded: LoadedModule, options: Options
) -> CheckResult:
    """Return a result under the target's name, with what it was taken for and the command that repeats it."""
    place = parse_target(spec.target).place
    return dataclasses.replace(
        result,
        title=f"{place}: {result.title}",
        notes=(*loaded.notes, f"{place} was taken for {found.words}", *result.notes),
        reproduce=f"{command_of(spec)} --seed {options.seed}{_said(options)}",
    )


def _said(options: Options) -> str:
    """Return the options of a command that are not the default."""
    budget = "" if options.max_forward_passes is None else f" --budget {options.max_forward_passes}"
    return budget + ("" if options.locate is Locate.AUTO else f" --locate {options.locate.value}")


def command_of(spec: SubjectSpec) -> str:
    """Return the command line that says what a spec says.

    Examples
    --------
    >>> command_of(SubjectSpec("net.py", activation=("relu", "softmax"), cost="log_likelihood"))
    'gradcheck check net.py --activation relu,softmax --cost log_likelihood'
    """
    words = ["gradcheck", "check", spec.target]
    if spec.activation:
        words += ["--activation", ",".join(spec.activation)]
    for option in ("cost", "l1", "l2", "batch", "at"):
        value = getattr(spec, option)
        if value is not None:
            words += [f"--{option}", repr(value) if isinstance(value, float) else value]
    for name in spec.data:
        words += ["--data", name]
    for name, shape in spec.shapes:
        words += ["--shape", f"{name}={'x'.join(map(str, shape))}"]
    return shlex.join(words)


def _raised(target: str, error: UserCodeError, path: Path | None) -> Failure:
    """Return the failure of a target whose own code raised, with its traceback and, for Python 2, an explanation."""
    cause = error.__cause__ or error
    sentence = str(error)
    old = explain_python_2(cause)
    if old is not None and old not in sentence:
        sentence = f"{sentence}; {old}"
    return Failure(target, FailureKind.USER_CODE, sentence, user_traceback(cause, inside=path))


def specs_here(folder: Path) -> tuple[SubjectSpec, ...]:
    """Return the subjects that a folder's gradcheck.toml declares, for a command without targets.

    Raises
    ------
    LoadError
        If it declares none.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> specs_here(pathlib.Path(tempfile.mkdtemp()))
    Traceback (most recent call last):
    ...
    gradcheck.errors.LoadError: no target was given and ...
    """
    specs = spec_beside(folder)
    if not specs:
        raise LoadError(
            f"no target was given and {folder} has no gradcheck.toml that names one: name a file, as in gradcheck check network.py"
        )
    return specs
