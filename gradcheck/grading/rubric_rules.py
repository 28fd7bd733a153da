"""What a rubric's tables must keep beside their types: nothing unknown, nothing twice, nothing that nobody could earn."""

from __future__ import annotations

import graphlib
import keyword
from collections import Counter
from collections.abc import Iterator
from typing import Final

from gradcheck.grading.parts import OF_ANOTHER_CLASS, Part, SubmissionProtocol, parts_of
from gradcheck.grading.rubric_errors import Problem, meant, shown
from gradcheck.grading.rubric_functions import Draw, FunctionTable, Passing
from gradcheck.grading.rubric_model import Item, Partial, RubricTables
from gradcheck.network.activations import ACTIVATIONS
from gradcheck.network.costs import COSTS
from gradcheck.subjects.toml_lines import KeyPath

_NETWORK: Final = SubmissionProtocol.NETWORK

_OUTPUTS_OF: Final = ("sigmoid", "softmax")
"""Activations whose outputs lie between 0 and 1, as a cost that takes their logarithm requires."""


def problems_of_rules(tables: RubricTables) -> list[Problem]:
    """Return every rule that a rubric breaks, with the place where it does.

    Examples
    --------
    >>> from gradcheck.grading.rubric_model import Assignment
    >>> assignment = Assignment(title="Backprop", protocol=SubmissionProtocol.NETWORK, names=("Network",))
    >>> item = Item(id="loss", title="The loss", points=1.0, part=Part.LOSS)
    >>> [path for path, sentence in problems_of_rules(RubricTables(assignment=assignment, item=(item,)))]
    [('item', 0, 'part')]
    """
    rules = (_assignment, _tables_of_protocol, _network, _functions, _ids, _parts, _subjects, _prerequisites)
    return [problem for rule in rules for problem in rule(tables)]


def _assignment(tables: RubricTables) -> Iterator[Problem]:
    one = tables.assignment
    if not one.file.removesuffix(".py").isidentifier() or not one.file.endswith(".py"):
        yield ("assignment", "file"), f" is {shown(one.file)}: the name of a Python file such as network.py is required"
    for number, package in enumerate(one.packages):
        if not package.isidentifier():
            yield (
                ("assignment", "packages", number),
                f' is {shown(package)}: a name to import, such as "numpy", is required',
            )
        if package == "gradcheck":
            yield ("assignment", "packages", number), " is 'gradcheck': a submission may not import what grades it"
    yield from _identifiers(one.names, ("assignment", "names"))


def _identifiers(names: tuple[str, ...], path: KeyPath) -> Iterator[Problem]:
    for number, name in enumerate(names):
        yield from _identifier(name, (*path, number))


def _identifier(name: str, path: KeyPath) -> Iterator[Problem]:
    if not name.isidentifier() or keyword.iskeyword(name):
        yield path, f" is {shown(name)}: a name as Python has it is required"


def _tables_of_protocol(tables: RubricTables) -> Iterator[Problem]:
    """Tell what the protocol has no use for, and what it cannot do without."""
    one, protocol = tables.assignment, tables.assignment.protocol.value
    if one.protocol is _NETWORK:
        if tables.functions:
            first = next(iter(tables.functions))
            yield (
                ("functions", first),
                " has no use for the protocol network: its class is named in [assignment], names",
            )
        if one.reference:
            yield (
                ("assignment", "reference"),
                " has no use for the protocol network: the chapter's equations are its reference",
            )
        if not one.names:
            yield ("assignment", "names"), ' is empty: what the class is called, such as ["Network"], is required'
        return
    if tables.network is not None:
        yield ("network",), f" has no use for the protocol {protocol}: its functions stand in [functions.NAME]"
    if one.names:
        yield (
            ("assignment", "names"),
            f" has no use for the protocol {protocol}: its functions stand in [functions.NAME]",
        )
    if not tables.functions:
        yield ("functions",), " is missing: a table [functions.NAME] for each function to be graded is required"
    if not one.reference:
        yield (
            ("assignment", "reference"),
            " is missing: a file with the right functions is required, or else any function with its own derivative would do",
        )


def _network(tables: RubricTables) -> Iterator[Problem]:
    if tables.network is None:
        return
    activations, cost = tables.network.activation, tables.network.cost
    path: KeyPath = ("network", "activation")
    if not activations:
        yield path, " is empty: one for all layers, or one for each layer after the input, is required"
    for number, name in enumerate(activations):
        yield from _known_activation(name, (*path, number))
        if name == "softmax" and (number < len(activations) - 1 or number == 0):
            yield (
                (*path, number),
                ' is softmax: it stands at the output alone, after others, as in ["sigmoid", "softmax"]',
            )
    if cost not in COSTS:
        yield ("network", "cost"), f" is {shown(cost)}: one of {', '.join(COSTS)} is required{meant(cost, COSTS)}"
    elif cost != "quadratic" and activations and activations[-1] in set(ACTIVATIONS) - set(_OUTPUTS_OF):
        yield (
            ("network", "cost"),
            f" is {cost}, of outputs that are {activations[-1]}: it needs outputs between 0 and 1, as of {' or '.join(_OUTPUTS_OF)}",
        )


def _known_activation(name: str, path: KeyPath) -> Iterator[Problem]:
    if name not in ACTIVATIONS:
        yield path, f" is {shown(name)}: one of {', '.join(ACTIVATIONS)} is required{meant(name, ACTIVATIONS)}"


def _functions(tables: RubricTables) -> Iterator[Problem]:
    protocol = tables.assignment.protocol
    for name, function in tables.functions.items():
        path: KeyPath = ("functions", name)
        yield from _identifier(name, path)
        if function.derivative:
            yield from _identifier(function.derivative, (*path, "derivative"))
        yield from _arguments(function, path)
        if protocol is not SubmissionProtocol.PAIR:
            for key in ("derivative", "elementwise"):
                if key in function.model_fields_set:
                    yield (*path, key), f" has no use for the protocol {protocol.value}"
        if protocol is SubmissionProtocol.LAYERS and function.passing is not Passing.ARGUMENTS:
            yield (*path, "passing"), f" is {function.passing.value}: a layer takes its inputs as arguments"
        if function.elementwise and (len(function.parameters) != 1 or function.data):
            yield (*path, "elementwise"), " is true: then one parameter and no data is required"


def _arguments(function: FunctionTable, path: KeyPath) -> Iterator[Problem]:
    for name, argument in function.parameters.items():
        if argument.draw is Draw.LABELS:
            yield (
                (*path, "parameters", name),
                " is drawn as labels: nothing is differentiated by those; it belongs in data",
            )
    for kind, arguments in (("parameters", function.parameters), ("data", function.data)):
        for name, argument in arguments.items():
            if "classes" in argument.model_fields_set and argument.draw is not Draw.LABELS:
                yield (*path, kind, name, "classes"), ' has no use without draw = "labels"'
    for name in set(function.parameters) & set(function.data):
        yield (*path, "data", name), " is among the parameters too"


def _ids(tables: RubricTables) -> Iterator[Problem]:
    counts: Counter[str] = Counter()
    for number, item in enumerate(tables.items):
        counts[item.id] += 1
        if counts[item.id] > 1:
            yield ("item", number, "id"), f" is {shown(item.id)}, which another item has: each needs an id of its own"


def _parts(tables: RubricTables) -> Iterator[Problem]:
    """Tell the items that ask for what such a submission has not, or share points over what the part has not."""
    protocol = tables.assignment.protocol
    for number, item in enumerate(tables.items):
        if item.part.protocol is not protocol:
            known = [part.value for part in parts_of(protocol)]
            yield (
                ("item", number, "part"),
                f" is {item.part.value}, which the protocol {protocol.value} has not: one of {', '.join(known)} is required",
            )
        if item.partial is Partial.LAYERS and not item.part.has_layers:
            yield ("item", number, "partial"), f" is layers: {item.part.value} is not made layer by layer"
        if item.partial is Partial.BLOCKS and not item.part.has_blocks:
            yield ("item", number, "partial"), f" is blocks: {item.part.value} does not answer in several arrays"


def _subjects(tables: RubricTables) -> Iterator[Problem]:
    """Tell the items whose class or function is not known, or could not be right."""
    for number, item in enumerate(tables.items):
        path: KeyPath = ("item", number)
        if item.part.protocol is not tables.assignment.protocol:
            continue  # told already
        if item.part.protocol is _NETWORK:
            yield from _class_of(tables, item, path)
        else:
            yield from _function_of(tables, item, path)


def _class_of(tables: RubricTables, item: Item, path: KeyPath) -> Iterator[Problem]:
    activations = tables.network.activation if tables.network else ("sigmoid",)
    yield from _identifiers(item.names, (*path, "names"))
    if item.function:
        yield (*path, "function"), " has no use for the protocol network"
    if item.part in OF_ANOTHER_CLASS and (not item.names or set(item.names) & set(tables.assignment.names)):
        seen = "has the assignment's own class among them" if item.names else "is missing"
        yield (
            (*path, "names"),
            f" {seen}: {item.part.value} asks for a network of other neurons, so nobody could pass it with that class; "
            'what this one is called, such as ["LinearNetwork"], is required',
        )
    if item.part is Part.MATRIX_BATCH and (tables.network is None or tables.network.batch is None):
        yield (
            (*path, "part"),
            ' is matrix_batch: what backprop returns for it must be declared, as [network] batch = "sum" or "mean"',
        )
    if item.part is Part.SIGMA_PRIME and set(activations) == {"softmax"}:
        yield (*path, "part"), " is sigma_prime: softmax has none"
    if item.part is Part.LINEAR_NEURONS and tables.network is not None and tables.network.cost != "quadratic":
        yield (
            (*path, "part"),
            f" is linear_neurons: their outputs are not between 0 and 1, as the cost {tables.network.cost} needs them to be",
        )
    if activations:
        yield from _modified(tables, item, activations, path)


def _modified(tables: RubricTables, item: Item, activations: tuple[str, ...], path: KeyPath) -> Iterator[Problem]:
    one = item.modified
    if (one is None) != (item.part is not Part.MODIFIED_NEURON):
        needed = "is missing: { layer = 2, neuron = 0, activation = ... }" if one is None else "has no use"
        yield (*path, "modified"), f" {needed} for the part {item.part.value}"
        return
    if one is None:
        return
    yield from _known_activation(one.activation, (*path, "modified", "activation"))
    if one.activation == "softmax":
        yield (*path, "modified", "activation"), " is softmax: one neuron has none"
    output = len(activations) + 1 if len(activations) > 1 else None  # of one activation there is any number of layers
    if output is not None and one.layer > output:
        yield (*path, "modified", "layer"), f" is {one.layer}: the network's layers are 2 to {output}"
        return
    if one.layer == output and tables.network is not None and tables.network.cost != "quadratic":
        yield (
            (*path, "modified", "layer"),
            f" is {one.layer}, the output: the cost {tables.network.cost} needs it as it is, a hidden layer is required",
        )
    others = activations[one.layer - 2] if output is not None else activations[0]
    if others in ("softmax", one.activation):
        yield (
            (*path, "modified", "activation"),
            f" is {one.activation}, in a layer of {others}: another is required",
        )


def _function_of(tables: RubricTables, item: Item, path: KeyPath) -> Iterator[Problem]:
    names = ", ".join(tables.functions)
    for key in ("names", "modified"):
        if getattr(item, key):
            yield (*path, key), f" has no use for the protocol {tables.assignment.protocol.value}"
    if not item.function and len(tables.functions) > 1:
        yield (*path, "function"), f" is missing: one of {names} is required"
    if item.function and item.function not in tables.functions:
        yield (
            (*path, "function"),
            f" is {shown(item.function)}: one of {names or 'those in [functions.NAME]'} is required{meant(item.function, tables.functions)}",
        )


def _prerequisites(tables: RubricTables) -> Iterator[Problem]:
    """Tell the prerequisites that are not there, or go round in a circle."""
    known = [item.id for item in tables.items]
    graph: dict[str, set[str]] = {}
    for number, item in enumerate(tables.items):
        for key in ("given", "requires"):
            for place, other in enumerate(getattr(item, key)):
                path: KeyPath = ("item", number, key, place)
                if other not in known:
                    yield (
                        path,
                        f" is {shown(other)}, which is no item's id: one of {', '.join(known)} is required{meant(other, known)}",
                    )
                elif other == item.id:
                    yield path, f" is {shown(other)}, the item itself"
        for both in sorted(set(item.given) & set(item.requires)):
            yield (
                ("item", number, "requires"),
                f" has {shown(both)}, which is given too: it can be given or required, not both",
            )
        graph[item.id] = {*item.given, *item.requires} - {item.id}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle = [str(one) for one in error.args[1]][::-1]
        number = known.index(circle[0])
        yield (
            ("item", number),
            f" stands on itself, by way of {' -> '.join(circle)}: an item cannot be judged before it was judged",
        )
