"""rubric.toml: every key is read, every bad value is refused with its line, its key, what was seen and what is required."""

from __future__ import annotations

import hashlib
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gradcheck import UsageError
from gradcheck.grading.parts import Part, SubmissionProtocol, parts_of
from gradcheck.grading.rubric import load_rubric
from gradcheck.grading.rubric_functions import Draw, Passing
from gradcheck.grading.rubric_model import CarriedForward, IfMissing, Partial
from gradcheck.grading.rubric_network import BatchReturns
from gradcheck.grading.starting_rubric import starting_rubric, write_rubric
from gradcheck.results.grades import Severity, Visibility
from tests.grading.rubrics_for_tests import LAYERS, NETWORK, PAIR, rubric_of, written

WHOLE = """
[assignment]
title = "All"
protocol = "network"
file = "net.py"
names = ["Net", "Network"]
packages = ["numpy", "scipy"]

[network]
activation = ["tanh", "softmax"]
cost = "log_likelihood"
l1 = 0.5
l2 = 1
batch = "mean"

[policy]
carried_forward = "none"
fake_backprop = "points"
explain = 4
visibility = "hidden"

[limits]
wall_seconds = 1
cpu_seconds = 2.5
memory_mb = 300
output_kb = 1
submission_mb = 3

[[item]]
id = "first"
title = "First"
part = "BP2"
points = 2
visibility = "after_due_date"
explain = 0
partial = "layers"
requires = ["second"]
if_missing = "leave_out"
names = ["Deep"]

[[item]]
id = "second"
title = "Second"
part = "modified_neuron"
points = 1
names = ["Modified"]
modified = { layer = 2, neuron = 1, activation = "relu" }
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    rubric = rubric_of(tmp_path, WHOLE)
    assert (rubric.assignment.title, rubric.assignment.file) == ("All", "net.py")
    assert (rubric.assignment.names, rubric.assignment.packages) == (("Net", "Network"), ("numpy", "scipy"))
    assert rubric.network is not None
    assert rubric.network.model_dump() == {
        "activation": ("tanh", "softmax"),
        "cost": "log_likelihood",
        "l1": 0.5,
        "l2": 1.0,
        "batch": BatchReturns.MEAN,
    }
    assert (rubric.policy.carried_forward, rubric.policy.fake_backprop) == (CarriedForward.NONE, Severity.POINTS)
    assert list(rubric.limits.model_dump().values()) == [1.0, 2.5, 300, 1, 3]
    first, second = rubric.items
    assert (first.id, first.title, first.part, first.points) == ("first", "First", Part.BP2, 2.0)
    assert (first.visibility, first.explain) == (Visibility.AFTER_DUE_DATE, 0)
    assert (first.partial, first.requires, first.if_missing) == (Partial.LAYERS, ("second",), IfMissing.LEAVE_OUT)
    assert rubric.names_of(first) == ("Deep",)
    assert second.modified is not None
    assert (second.modified.layer, second.modified.neuron, second.modified.activation) == (2, 1, "relu")
    assert rubric.max_points == 3.0


def test_what_items_leave_unsaid_is_the_policys(tmp_path: Path) -> None:
    second = rubric_of(tmp_path, WHOLE).items[1]
    assert (second.visibility, second.explain) == (Visibility.HIDDEN, 4)
    third = rubric_of(tmp_path, NETWORK).items[0]
    assert (third.visibility, third.explain, third.names) == (Visibility.VISIBLE, 1, ())


def test_a_network_that_is_not_declared_is_the_chapters(tmp_path: Path) -> None:
    rubric = rubric_of(tmp_path, NETWORK.replace('[network]\nactivation = "sigmoid"\n', ""))
    assert rubric.network is not None
    assert (rubric.network.activation, rubric.network.cost) == (("sigmoid",), "quadratic")


def test_functions_with_their_arguments_are_read(tmp_path: Path) -> None:
    rubric = rubric_of(tmp_path, LAYERS)
    assert rubric.network is None
    assert rubric.reference == tmp_path / "right.py"
    assert rubric.functions_named("relu") == ("relu_forward", "relu_backward")
    affine = rubric.function_of(rubric.items[0])
    assert {name: one.shape for name, one in affine.parameters.items()} == {"x": (4, 5), "w": (5, 3)}
    assert affine.passing is Passing.ARGUMENTS
    labels = rubric.functions["relu"].data["y"]
    assert (labels.shape, labels.draw, labels.classes) == ((4,), Draw.LABELS, 3)


def test_the_only_function_need_not_be_named_by_its_items(tmp_path: Path) -> None:
    rubric = rubric_of(tmp_path, PAIR)
    assert rubric.items[0].function == "swish"
    assert rubric.functions_named("swish") == ("swish", "swish_prime")


def test_the_hash_is_that_of_the_text(tmp_path: Path) -> None:
    assert rubric_of(tmp_path).sha256 == hashlib.sha256(NETWORK.encode()).hexdigest()
    assert rubric_of(tmp_path, NETWORK + "# more\n").sha256 != rubric_of(tmp_path).sha256


def test_a_rubric_cannot_be_changed_and_can_be_sent_to_another_process(tmp_path: Path) -> None:
    rubric = rubric_of(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        rubric.items[0].points = 100.0
    assert pickle.loads(pickle.dumps(rubric)) == rubric


# --- what is refused: the text, what is put in the place of what, and the sentence with the line and the key -----------------

BAD_VALUES = [
    ('title = "Backpropagation"\n', "", "line 1: assignment.title is missing: a line of text is required"),
    ('title = "Backpropagation"', "title = 3", "line 2: assignment.title is 3: a string is required"),
    ('title = "Backpropagation"', 'title = ""', "line 2: assignment.title is '': some text is required"),
    (
        '"Backpropagation"',
        f'"{"x" * 201}"',
        r"line 2: assignment.title is 'x{56}\.\.\.: 200 characters at most are required",
    ),
    (
        '"network"',
        '"netwerk"',
        "line 3: assignment.protocol is 'netwerk': one of network, pair, layers, loss is required; did you mean network",
    ),
    ("names =", "nams =", "line 4: assignment.nams is not known: one of title, .* is required; did you mean names"),
    ('names = ["Network"]', 'names = "Network"', "line 4: assignment.names is 'Network': a list is required"),
    ('names = ["Network"]', "names = [\n 1]", "line 5: assignment.names 1 is 1: a string is required"),
    ('names = ["Network"]', "names = []", r"line 4: assignment.names is empty: what the class is called"),
    ('names = ["Network"]', 'names = ["class"]', "line 4: assignment.names 1 is 'class': a name as Python has it"),
    (
        "[network]",
        'file = "../x.py"\n[network]',
        r"line 6: assignment.file is '\.\./x.py': the name of a Python file such as network.py is required",
    ),
    ("[network]", 'file = "x"\n[network]', "line 6: assignment.file is 'x': the name of a Python file"),
    ("[network]", 'packages = ["a.b"]\n[network]', "line 6: assignment.packages 1 is 'a.b': a name to import"),
    ("[network]", 'packages = ["gradcheck"]\n[network]', "packages 1 is 'gradcheck': a submission may not import what"),
    ("[network]", 'reference = "r.py"\n[network]', "reference has no use for the protocol network"),
    (
        "[network]",
        "[functions.f]\nparameters = { x = [1] }\n[network]",
        "line 6: functions.f has no use for the protocol",
    ),
    ('activation = "sigmoid"', "activation = 1", "line 7: network.activation is 1: a list is required"),
    (
        'activation = "sigmoid"',
        'activation = "sigmoit"',
        "line 7: network.activation 1 is 'sigmoit': one of sigmoid, .* is required; did you mean sigmoid",
    ),
    ('activation = "sigmoid"', "activation = []", "line 7: network.activation is empty: one for all layers"),
    ('"sigmoid"', '"softmax"', "line 7: network.activation 1 is softmax: it stands at the output alone"),
    ('"sigmoid"', '["softmax", "sigmoid"]', "line 7: network.activation 1 is softmax: it stands at the output alone"),
    ('"sigmoid"', '"sigmoid"\ncost = "mse"', "line 8: network.cost is 'mse': one of quadratic, cross_entropy"),
    ('"sigmoid"', '"relu"\ncost = "cross_entropy"', "line 8: network.cost is cross_entropy, of outputs that are relu"),
    ('"sigmoid"', '"sigmoid"\nl1 = -1', "line 8: network.l1 is -1: a number of at least 0 is required"),
    ('"sigmoid"', '"sigmoid"\nl2 = nan', "line 8: network.l2 is nan: a finite number is required"),
    ('"sigmoid"', '"sigmoid"\nl2 = true', "line 8: network.l2 is true: a number is required"),
    ('"sigmoid"', '"sigmoid"\nbatch = "update"', "line 8: network.batch is 'update': one of sum, mean is required"),
    ("explain = 1", "explain = 5", "line 10: policy.explain is 5: a number of 4 at most is required"),
    ("explain = 1", "explain = -1", "line 10: policy.explain is -1: a number of at least 0 is required"),
    ("explain = 1", "explain = 1.5", "line 10: policy.explain is 1.5: a whole number is required"),
    ("explain = 1", 'visibility = "visable"', "policy.visibility is 'visable': one of .* did you mean visible"),
    ("explain = 1", 'carried_forward = "maybe"', "policy.carried_forward is 'maybe': one of credit, none is required"),
    ("explain = 1", 'fake_backprop = "zero"', "policy.fake_backprop is 'zero': one of review, points is required"),
    ("memory_mb = 256", "memory_mb = 1", "line 13: limits.memory_mb is 1: a number of at least 128 is required"),
    ("memory_mb = 256", "memory = 1", "line 13: limits.memory is not known: one of .*; did you mean memory_mb"),
    ("memory_mb = 256", "wall_seconds = inf", "limits.wall_seconds is inf: a number of 3600 at most is required"),
    ("memory_mb = 256", "cpu_seconds = 0", "limits.cpu_seconds is 0: a number of at least 0.1 is required"),
    ("memory_mb = 256", "output_kb = 9999", "limits.output_kb is 9999: a number of 1024 at most is required"),
    ("memory_mb = 256", "processes = 2", "limits.processes is not known"),
    ("memory_mb = 256", "submission_mb = 0", "limits.submission_mb is 0: a number of at least 1 is required"),
    ("[limits]", "[limit]", "line 12: limit is not known: one of assignment, .*, item, .* did you mean limits"),
    ('id = "bp1"', 'id = "BP 1"', "line 16: item 1, id is 'BP 1': a name of at most 40 lower case letters"),
    ('id = "bp1"', "", 'line 15: item 1, id is missing: a short name such as "bp1" is required'),
    ('id = "bp2"', 'id = "bp1"', "line 22: item 2, id is 'bp1', which another item has"),
    (
        'part = "BP1"',
        'part = "BP5"',
        "line 18: item 1, part is 'BP5': one of feedforward, .* is required; did you mean",
    ),
    ('part = "BP1"', "", "line 15: item 1, part is missing: one of feedforward, cost_derivative"),
    ('part = "BP1"', 'part = "backward"', "line 18: item 1, part is backward, which the protocol network has not"),
    (
        'part = "BP1"',
        'part = "matrix_batch"',
        "line 18: item 1, part is matrix_batch: what backprop returns for it must",
    ),
    (
        'part = "BP1"',
        'part = "linear_neurons"',
        "line 15: item 1, names is missing: linear_neurons asks for a network of",
    ),
    (
        'part = "BP1"',
        'part = "linear_neurons"\nnames = ["Network"]',
        "line 19: item 1, names has the assignment's own class among them: linear_neurons asks for a network of other neurons",
    ),
    ("points = 2", "points = 0", "line 19: item 1, points is 0: a number above 0 is required"),
    ("points = 2", "points = -1", "line 19: item 1, points is -1: a number above 0 is required"),
    ("points = 2", "points = nan", "line 19: item 1, points is nan: a finite number is required"),
    ("points = 2", "points = inf", "line 19: item 1, points is inf: a finite number is required"),
    ("points = 2", 'points = "2"', "line 19: item 1, points is '2': a number is required"),
    ("points = 2", "points = true", "line 19: item 1, points is true: a number is required"),
    ("points = 2", "", "line 15: item 1, points is missing: a number above 0 is required"),
    (
        "points = 2",
        'points = 2\npartial = "layers"',
        "line 20: item 1, partial is layers: BP1 is not made layer by layer",
    ),
    (
        "points = 2",
        'points = 2\npartial = "blocks"',
        "line 20: item 1, partial is blocks: BP1 does not answer in several",
    ),
    ("points = 2", 'points = 2\npartial = "half"', "line 20: item 1, partial is 'half': one of none, layers, blocks"),
    (
        "points = 2",
        'points = 2\nif_missing = "skip"',
        "item 1, if_missing is 'skip': one of zero, leave_out is required",
    ),
    ("points = 2", 'points = 2\nfunction = "f"', "line 20: item 1, function has no use for the protocol network"),
    ("points = 2", 'points = 2\nnames = ["a b"]', "line 20: item 1, names 1 is 'a b': a name as Python has it"),
    ("points = 2", "points = 2\nmodified = 3", "line 20: item 1, modified is 3: a table is required"),
    (
        "points = 2",
        'points = 2\nmodified = { layer = 2, neuron = 0, activation = "tanh" }',
        "line 20: item 1, modified has no use for the part BP1",
    ),
    ('given = ["bp1"]', 'given = ["bp3"]', "line 26: item 2, given 1 is 'bp3', which is no item's id: one of bp1, bp2"),
    ('given = ["bp1"]', 'given = ["bp2"]', "line 26: item 2, given 1 is 'bp2', the item itself"),
    ('given = ["bp1"]', 'given = ["bp1"]\nrequires = ["bp1"]', "item 2, requires has 'bp1', which is given too"),
    (
        "points = 2\n",
        'points = 2\nrequires = ["bp2"]\n',
        "item [12] stands on itself, by way of bp[12] -> bp[12] -> bp[12]",
    ),
    (
        NETWORK[NETWORK.index("[[item]]") :],
        "",
        "line 1: item is missing: one .* table for each thing that earns points",
    ),
    (NETWORK[NETWORK.index("[[item]]") :], "[item]\nid = 3", "line 15: item is {'id': 3}: a list is required"),
    (NETWORK, "item = []", r"line 1: item is \[\]: at least one is required"),
    (NETWORK, "", "line 1: assignment is missing: a table .assignment. with title and protocol is required"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), BAD_VALUES, ids=[bad[2][:60] for bad in BAD_VALUES])
def test_a_bad_value_is_refused_with_its_line_and_key(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in NETWORK
    path = written(tmp_path, NETWORK.replace(old, new, 1))
    with pytest.raises(UsageError) as caught:
        load_rubric(path)
    lines = str(caught.value).split("\n")
    assert all(line.startswith(f"{path}, line ") for line in lines)
    assert re.search(sentence, str(caught.value))


MODIFIED = 'names = ["M"]\nmodified = { layer = 2, neuron = 0, activation = "tanh" }\n'

BAD_MODIFIED = [
    (
        "modified = { layer",
        "# ",
        "item 1, modified is missing: { layer = 2, neuron = 0, activation = ... } for the part",
    ),
    ("layer = 2", "layer = 1", "modified.layer is 1: a number of at least 2 is required"),
    ("layer = 2, ", "", "modified.layer is missing: a whole number .2 for the first hidden layer. is required"),
    ("neuron = 0, ", "", "modified.neuron is missing: a whole number .0 for the first neuron. is required"),
    ("neuron = 0", "neuron = -1", "modified.neuron is -1: a number of at least 0 is required"),
    ("neuron = 0", "neurons = 0", "modified.neurons is not known: one of layer, neuron, activation is required"),
    (', activation = "tanh"', "", "modified.activation is missing: the name of an activation function is required"),
    ('"tanh"', '"tan"', "modified.activation is 'tan': one of sigmoid, .* did you mean tanh"),
    ('"tanh"', '"softmax"', "modified.activation is softmax: one neuron has none"),
    ('"tanh"', '"sigmoid"', "modified.activation is sigmoid, in a layer of sigmoid: another is required"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), BAD_MODIFIED, ids=[bad[2][:60] for bad in BAD_MODIFIED])
def test_a_bad_modified_neuron_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    right = NETWORK.replace('part = "BP1"\n', 'part = "modified_neuron"\n' + MODIFIED)
    assert rubric_of(tmp_path, right).items[0].modified is not None
    with pytest.raises(UsageError, match=sentence):
        rubric_of(tmp_path, right.replace(old, new, 1))


def test_a_modified_neuron_in_a_layer_that_is_not_there_is_refused(tmp_path: Path) -> None:
    text = NETWORK.replace('part = "BP1"\n', 'part = "modified_neuron"\n' + MODIFIED.replace("layer = 2", "layer = 4"))
    assert rubric_of(tmp_path, text).items[0].modified is not None  # of one activation there is any number of layers
    with pytest.raises(UsageError, match=r"modified.layer is 4: the network's layers are 2 to 3"):
        rubric_of(tmp_path, text.replace('activation = "sigmoid"', 'activation = ["relu", "sigmoid"]', 1))


def test_a_modified_neuron_of_a_network_without_activations_is_no_second_fault(tmp_path: Path) -> None:
    text = NETWORK.replace('part = "BP1"\n', 'part = "modified_neuron"\n' + MODIFIED)
    with pytest.raises(UsageError, match="activation is empty: one for all layers") as caught:
        rubric_of(tmp_path, text.replace('activation = "sigmoid"', "activation = []", 1))
    assert len(str(caught.value).split("\n")) == 1


def test_neurons_whose_outputs_the_cost_cannot_take_are_asked_of_nobody(tmp_path: Path) -> None:
    entropy = 'activation = ["tanh", "sigmoid"]\ncost = "cross_entropy"'
    text = NETWORK.replace('activation = "sigmoid"', entropy, 1)
    linear = text.replace('part = "BP1"', 'part = "linear_neurons"\nnames = ["LinearNetwork"]')
    with pytest.raises(UsageError, match="part is linear_neurons: their outputs are not between 0 and 1, as the cost"):
        rubric_of(tmp_path, linear)
    modified = text.replace('part = "BP1"\n', 'part = "modified_neuron"\n' + MODIFIED.replace('"tanh"', '"relu"'))
    assert rubric_of(tmp_path, modified).items[0].modified is not None
    with pytest.raises(UsageError, match=r"modified.layer is 3, the output: the cost cross_entropy needs it as it is"):
        rubric_of(tmp_path, modified.replace("layer = 2", "layer = 3"))


def test_sigma_prime_of_softmax_is_asked_of_nobody(tmp_path: Path) -> None:
    text = NETWORK.replace('"BP1"', '"sigma_prime"').replace('"sigmoid"', '["softmax"]')
    with pytest.raises(UsageError, match="part is sigma_prime: softmax has none"):
        rubric_of(tmp_path, text)


BAD_FUNCTIONS = [
    (
        LAYERS,
        'reference = "right.py"',
        "",
        "assignment.reference is missing: a file with the right functions is required",
    ),
    (LAYERS, "right.py", "left.py", "assignment.reference is 'left.py': there is no file .*left.py"),
    (LAYERS, "right.py", "example:left", "assignment.reference is 'example:left': there is no file .*left.py"),
    (
        LAYERS,
        "[functions.affine]",
        "names = ['f']\n[functions.affine]",
        "assignment.names has no use for the protocol layers",
    ),
    (LAYERS, "[functions.affine]", "[network]\n[functions.affine]", "network has no use for the protocol layers"),
    (LAYERS, "w = [5, 3]", "w = [5, 0]", "line 7: functions.affine.parameters.w.shape 2 is 0: a number of at least 1"),
    (LAYERS, "w = [5, 3]", "w = []", "line 7: functions.affine.parameters.w.shape is .*: at least one is required"),
    (LAYERS, "w = [5, 3]", f"w = {[1] * 9}", "functions.affine.parameters.w.shape is .*: 8 at most are required"),
    (LAYERS, "w = [5, 3]", "w = 5", "functions.affine.parameters.w is 5: a table is required"),
    (LAYERS, "w = [5, 3]", "w = {}", "parameters.w.shape is missing: a list of whole numbers such as .* is required"),
    (LAYERS, "w = [5, 3]", "w = [5.0]", "parameters.w.shape 1 is 5.0: a whole number is required"),
    (LAYERS, "{ x = [4, 5], w = [5, 3] }", "3", "functions.affine.parameters is 3: a table is required"),
    (LAYERS, "{ x = [4, 5], w = [5, 3] }", "{}", "functions.affine.parameters is {}: at least one is required"),
    (LAYERS, "parameters = { x = [4, 3] }", "", "functions.relu.parameters is missing: a table such as"),
    (
        LAYERS,
        '"labels"',
        '"label"',
        "functions.relu.data.y.draw is 'label': one of normal, uniform, labels is required",
    ),
    (LAYERS, '"labels"', '"normal"', 'functions.relu.data.y.classes has no use without draw = "labels"'),
    (LAYERS, "classes = 3", "classes = 1", "functions.relu.data.y.classes is 1: a number of at least 2 is required"),
    (LAYERS, "data = { y", "data = { x", "functions.relu.data.x is among the parameters too"),
    (LAYERS, "x = [4, 3]", 'x = { shape = [4], draw = "labels" }', "parameters.x is drawn as labels: nothing is diff"),
    (
        LAYERS,
        "[functions.relu]",
        '[functions.relu]\npassing = "dict"',
        "functions.relu.passing is dict: a layer takes its",
    ),
    (
        LAYERS,
        "[functions.relu]",
        "[functions.relu]\nelementwise = true",
        "relu.elementwise has no use for the protocol layers",
    ),
    (
        LAYERS,
        "[functions.relu]",
        '[functions.relu]\nderivative = "d"',
        "relu.derivative has no use for the protocol layers",
    ),
    (LAYERS, "[functions.relu]", "[functions.'re lu']", "functions.\"re lu\" is 're lu': a name as Python has it"),
    (LAYERS, 'function = "affine"', "", "item 1, function is missing: one of affine, relu is required"),
    (
        LAYERS,
        '"affine"\npoints',
        '"afine"\npoints',
        "item 1, function is 'afine': one of affine, relu .* did you mean affine",
    ),
    (LAYERS, '"backward"', '"BP1"', "item 1, part is BP1, which the protocol layers has not: one of forward, backward"),
    (LAYERS, "points = 2", 'points = 2\nnames = ["N"]', "item 1, names has no use for the protocol layers"),
    (
        LAYERS,
        "points = 2",
        'points = 2\npartial = "layers"',
        "item 1, partial is layers: backward is not made layer by",
    ),
    (
        PAIR,
        "{ z = [9] }",
        "{ z = [9], w = [2] }",
        "functions.swish.elementwise is true: then one parameter and no data",
    ),
    (PAIR, "elementwise = true", "elementwise = 1", "functions.swish.elementwise is 1: true or false is required"),
    (
        PAIR,
        "elementwise = true",
        'derivative = "a b"',
        "functions.swish.derivative is 'a b': a name as Python has it",
    ),
    (
        PAIR,
        PAIR[PAIR.index("[functions") : PAIR.index("[[")],
        "",
        "functions is missing: a table .functions.NAME. for each",
    ),
]


@pytest.mark.parametrize(("text", "old", "new", "sentence"), BAD_FUNCTIONS, ids=[bad[3][:60] for bad in BAD_FUNCTIONS])
def test_bad_functions_are_refused(tmp_path: Path, text: str, old: str, new: str, sentence: str) -> None:
    assert old in text
    with pytest.raises(UsageError, match=sentence):
        rubric_of(tmp_path, text.replace(old, new, 1))


def test_all_faults_are_told_at_once_from_the_top_to_the_end(tmp_path: Path) -> None:
    text = (
        NETWORK.replace("explain = 1", "explain = 9")
        .replace("points = 3.5", "points = -1")
        .replace("title = ", "titel = ")
    )
    with pytest.raises(UsageError) as caught:
        rubric_of(tmp_path, text)
    found = [int(line.split("line ")[1].split(":")[0]) for line in str(caught.value).split("\n")]
    assert len(found) == 8
    assert found == sorted(found)


def test_more_faults_than_ten_are_counted(tmp_path: Path) -> None:
    items = "".join(f'[[item]]\nid = "i{n}"\ntitle = "x"\npart = "BP9"\npoints = 1\n' for n in range(13))
    with pytest.raises(UsageError, match=r"\.\.\. and 3 more$"):
        rubric_of(tmp_path, NETWORK[: NETWORK.index("[[item]]")] + items)


def test_a_file_that_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"rubric.toml is not TOML: .*at line 2, column"):
        rubric_of(tmp_path, "[assignment]\ntitle = \n")


def test_without_pydantic_one_line_says_what_to_install(tmp_path: Path) -> None:
    path = written(tmp_path, NETWORK)
    code = (
        "import sys; sys.modules['pydantic'] = None\n"
        "from pathlib import Path\nfrom gradcheck.grading.rubric import load_rubric\n"
        f"try: load_rubric(Path({str(path)!r}))\nexcept ValueError as error: sys.stdout.write(str(error))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "to read a rubric pydantic is needed, and it is not installed: python -m pip install 'gradcheck[grade]'"
    )


# --- the rubrics to start from ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", SubmissionProtocol)
def test_the_rubric_to_start_from_is_sound_and_has_every_part_of_its_protocol(protocol: SubmissionProtocol) -> None:
    rubric = starting_rubric(protocol)
    assert rubric.assignment.protocol is protocol
    whole = {Part.BACKPROP, Part.UPDATE_MINI_BATCH}  # what the single equations and steps are parts of
    assert {item.part for item in rubric.items} == set(parts_of(protocol)) - whole
    assert rubric.reference is None or rubric.reference.is_file()


@pytest.mark.parametrize("protocol", SubmissionProtocol)
def test_the_defaults_that_a_starting_rubric_tells_are_the_defaults(
    protocol: SubmissionProtocol, tmp_path: Path
) -> None:
    rubric = starting_rubric(protocol)
    # Lines whose value is another than the default that they tell stay.
    kept = "title|protocol|file|names|reference|batch|derivative|elementwise|passing"
    told = re.sub(rf"^(?!{kept})\w+ = .*# default: .*\n", "", rubric.path.read_text(), flags=re.MULTILINE)
    assert len(told) < len(rubric.path.read_text())
    again = rubric_of(tmp_path, told)
    assert (again.network, again.policy, again.limits) == (rubric.network, rubric.policy, rubric.limits)
    assert (again.assignment.packages, again.items) == (rubric.assignment.packages, rubric.items)


@pytest.mark.parametrize("protocol", SubmissionProtocol)
def test_a_starting_rubric_is_written_as_it_is_shipped_and_loads(protocol: SubmissionProtocol, tmp_path: Path) -> None:
    path = write_rubric(protocol, tmp_path)
    assert path == tmp_path / "rubric.toml"
    assert load_rubric(path).sha256 == starting_rubric(protocol).sha256


def test_a_rubric_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "rubric.toml").write_text("mine")
    with pytest.raises(UsageError, match=r"rubric.toml is there already, and is left as it is"):
        write_rubric(SubmissionProtocol.NETWORK, tmp_path)
    assert (tmp_path / "rubric.toml").read_text() == "mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        write_rubric(SubmissionProtocol.NETWORK, tmp_path / "none")
