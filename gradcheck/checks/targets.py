"""From what a user types to results: load the file, find its subjects, check each."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable
from pathlib import Path

from gradcheck.checks.dispatch import Subject, check_subject
from gradcheck.checks.options import DEFAULT_OPTIONS, Locate, Options, seeded
from gradcheck.errors import LoadError, UsageError, UserCodeError
from gradcheck.results import CheckResult, Failure, FailureKind, Report
from gradcheck.subjects.discover import Found, discover, named
from gradcheck.subjects.load import LoadedModule, load
from gradcheck.subjects.python2 import explain_python_2
from gradcheck.subjects.spec import SubjectSpec
from gradcheck.subjects.spec_file import spec_beside
from gradcheck.subjects.spec_place import FILE_NAME
from gradcheck.subjects.targets import parse_target
from gradcheck.subjects.tracebacks import user_traceback


def as_checked(_: Subject, result: CheckResult, __: Options) -> CheckResult:
    """Return a result as it was.

    Examples
    --------
    >>> from gradcheck.results import Verdict
    >>> from gradcheck.subjects.protocol import GradientSubject
    >>> result = CheckResult("square", Verdict.AGREE)
    >>> as_checked(GradientSubject("square", lambda w: w * w, lambda w: 2 * w, at=3.0), result, Options()) is result
    True
    """
    return result


def check_target(
    spec: SubjectSpec,
    options: Options = DEFAULT_OPTIONS,
    *,
    import_timeout: float = 10.0,
    look: Callable[[Subject, CheckResult, Options], CheckResult] = as_checked,
) -> Report:
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
    look : callable
        look(subject, result, options) -> result with more in it, while the subject is at hand: `with_step_study`, for a page.

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
        for found in subjects_in(loaded, spec, options):
            checked = look(found.subject, check_subject(found.subject, options), options)
            result = titled(checked, spec, found, loaded)
            results.append(_repeatable(result, spec, options))
    except (UserCodeError, UsageError) as error:
        return Report(tuple(results), (failure_of(spec, error, path),))
    return Report(tuple(results))


def subjects_in(loaded: LoadedModule, spec: SubjectSpec, options: Options) -> tuple[Found, ...]:
    """Return the subjects a target names in a loaded file, or all that the file has.

    What a gradcheck.toml beside the file, or else in the current folder, declares of the target is taken where `spec` leaves it unsaid.

    Raises
    ------
    UsageError
        If there is no such subject, or none at all, or what is declared of it cannot be.
    UserCodeError
        If the user's code raises.

    Examples
    --------
    >>> spec = SubjectSpec("gradcheck.examples.sigma_pair_right:swish")
    >>> subjects_in(load(parse_target(spec.target)), spec, Options(seed=0))[0].words
    'swish with its derivative swish_prime'
    """
    spec = _declared(spec, loaded.path)
    generator = options.generator("data")
    names = parse_target(spec.target).names
    if names:
        return (named(loaded.module, names, spec, generator),)
    return discover(loaded.module, spec, generator)


def _declared(spec: SubjectSpec, path: Path | None) -> SubjectSpec:
    """Return the spec with what the gradcheck.toml beside the file, or that of the current folder, declares of the same target."""
    if path is None:
        return spec
    names = parse_target(spec.target).names
    folders = dict.fromkeys((path.parent.resolve(), Path.cwd().resolve()))
    same_file = [
        other
        for folder in folders
        for other in spec_beside(folder)
        if (folder / parse_target(other.target).place).resolve() == path.resolve()
    ]
    # The exact name comes first, then what is said of the whole file; a file named alone takes what is said of a name in it.
    for fits in (names, ()):
        for other in same_file:
            if parse_target(other.target).names == fits:
                return spec.over(other)
    return spec.over(same_file[0]) if same_file and not names else spec


def titled(result: CheckResult, spec: SubjectSpec, found: Found, loaded: LoadedModule) -> CheckResult:
    """Return a result under the target's name, with what it was taken for.

    Examples
    --------
    >>> spec = SubjectSpec("gradcheck.examples.sigma_pair_right:swish")
    >>> loaded = load(parse_target(spec.target))
    >>> found = subjects_in(loaded, spec, Options(seed=0))[0]
    >>> titled(check_subject(found.subject), spec, found, loaded).title
    'gradcheck.examples.sigma_pair_right: swish_prime'
    """
    place = parse_target(spec.target).place
    notes = (*loaded.notes, f"{place} was taken for {found.words}", *result.notes)
    return dataclasses.replace(result, title=f"{place}: {result.title}", notes=notes)


def _repeatable(result: CheckResult, spec: SubjectSpec, options: Options) -> CheckResult:
    """Return a result with the command that repeats it."""
    return dataclasses.replace(result, reproduce=f"{command_of(spec)} --seed {options.seed}{_said(options)}")


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


def failure_of(spec: SubjectSpec, error: UserCodeError | UsageError, path: Path | None) -> Failure:
    """Return the failure of a target: what is wrong with it, and where that is declared; or what its own code raised.

    With the traceback of the user's code and, for Python 2, an explanation.

    Parameters
    ----------
    spec : SubjectSpec
    error : UserCodeError or UsageError
    path : Path or None
        The user's file, where it is known.

    Examples
    --------
    >>> failure_of(SubjectSpec("net.py"), LoadError("there is no file net.py"), None).sentence
    'there is no file net.py'
    """
    sentence = str(error)
    if not isinstance(error, UserCodeError):
        origin = "" if spec.origin is None else f"{spec.origin.at('target' if isinstance(error, LoadError) else '')}: "
        return Failure(spec.target, FailureKind.MISUSE, origin + sentence)
    cause = error.__cause__ or error
    old = explain_python_2(cause)
    if old is not None and old not in sentence:
        sentence = f"{sentence}; {old}"
    return Failure(spec.target, FailureKind.USER_CODE, sentence, user_traceback(cause, inside=path))


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
        there = (folder / FILE_NAME).is_file()
        seen = f"{FILE_NAME} names no subject" if there else f"{folder} has no {FILE_NAME} that names one"
        raise LoadError(f"no target was given and {seen}: name a file, as in gradcheck check network.py")
    return specs
