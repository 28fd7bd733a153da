"""Write reports/equations.md: which function is each equation, algorithm and exercise, and which test shows it."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
from pathlib import Path

TESTS = Path(__file__).parent.parent
REPORT = TESTS.parent / "reports" / "equations.md"


@dataclasses.dataclass(frozen=True)
class Row:
    """One numbered equation, algorithm, exercise or problem of the chapter, and the function that is it."""

    number: str
    says: str
    function: str

    @property
    def name(self) -> str:
        """The number as it is cited: in brackets if it is one."""
        return f"({self.number})" if self.number[0].isdigit() or self.number.startswith("BP") else self.number


NETWORK = "gradcheck.network"
ROWS = (
    Row("23", "a_j^l = sigma(sum_k w_jk^l a_k^(l-1) + b_j^l)", f"{NETWORK}.model.component_form"),
    Row("24", "a function applied to every element of a vector", f"{NETWORK}.activations.Activation"),
    Row("25", "a^l = sigma(w^l a^(l-1) + b^l)", f"{NETWORK}.model.Network.feedforward"),
    Row("26", "C = 1/(2n) sum_x |y(x) - a^L(x)|^2", f"{NETWORK}.model.Network.cost_of"),
    Row("27", "C_x = 1/2 |y - a^L|^2", f"{NETWORK}.costs.quadratic_value"),
    Row("Assumption 1", "C = 1/n sum_x C_x", f"{NETWORK}.assumptions.satisfies_assumption_1"),
    Row("Assumption 2", "C_x is a function of a^L", f"{NETWORK}.assumptions.satisfies_assumption_2"),
    Row("28", "the Hadamard product", f"{NETWORK}.backprop.bp1"),
    Row("29", "delta_j^l = dC/dz_j^l, the demon's", f"{NETWORK}.alternatives.demon_cost"),
    Row("BP1", "delta^L = nabla_a C * sigma'(z^L)", f"{NETWORK}.backprop.bp1"),
    Row("BP1a", "the same for all neurons at once", f"{NETWORK}.backprop.bp1"),
    Row("30", "delta^L = (a^L - y) * sigma'(z^L)", f"{NETWORK}.backprop.bp1"),
    Row("BP2", "delta^l = ((w^(l+1))^T delta^(l+1)) * sigma'(z^l)", f"{NETWORK}.backprop.bp2"),
    Row("BP3", "dC/db_j^l = delta_j^l", f"{NETWORK}.backprop.bp3"),
    Row("31", "dC/db = delta", f"{NETWORK}.backprop.bp3"),
    Row("BP4", "dC/dw_jk^l = a_k^(l-1) delta_j^l", f"{NETWORK}.backprop.bp4"),
    Row("32", "dC/dw = a_in delta_out", f"{NETWORK}.backprop.bp4"),
    Row("33", "delta^L = Sigma'(z^L) nabla_a C", f"{NETWORK}.alternatives.output_error_matrix_form"),
    Row("34", "delta^l = Sigma'(z^l) (w^(l+1))^T delta^(l+1)", f"{NETWORK}.alternatives.hidden_error_matrix_form"),
    Row("35", "delta^l as a product of matrices", f"{NETWORK}.alternatives.delta_by_matrix_products"),
    Row("36", "delta_j^L = dC/dz_j^L", f"{NETWORK}.alternatives.error_by_chain_rule"),
    Row("37", "the chain rule over all outputs", f"{NETWORK}.alternatives.error_by_chain_rule"),
    Row("38", "only output j depends on z_j^L", f"{NETWORK}.alternatives.error_by_chain_rule"),
    Row("39", "delta_j^L = dC/da_j^L sigma'(z_j^L)", f"{NETWORK}.backprop.bp1"),
    Row("40", "delta_j^l = dC/dz_j^l", f"{NETWORK}.alternatives.error_by_chain_rule"),
    Row("41", "the chain rule over the next layer", f"{NETWORK}.alternatives.error_by_chain_rule"),
    Row("42", "delta_j^l = sum_k dz_k^(l+1)/dz_j^l delta_k^(l+1)", f"{NETWORK}.alternatives.error_by_chain_rule"),
    Row("43", "z_k^(l+1) = sum_j w_kj^(l+1) sigma(z_j^l) + b_k^(l+1)", f"{NETWORK}.alternatives.next_weighted_input"),
    Row("44", "dz_k^(l+1)/dz_j^l = w_kj^(l+1) sigma'(z_j^l)", f"{NETWORK}.alternatives.one_layer_jacobian"),
    Row(
        "45",
        "delta_j^l = sum_k w_kj^(l+1) delta_k^(l+1) sigma'(z_j^l)",
        f"{NETWORK}.alternatives.hidden_error_component",
    ),
    Row("46", "dC/dw_j ~ (C(w + step e_j) - C(w)) / step", "gradcheck.differences.stencils.estimate_gradient"),
    Row("47", "Delta C ~ dC/dw_jk^l Delta w_jk^l", f"{NETWORK}.paths.RateFactors.change_along"),
    Row("48", "Delta a_j^l ~ da_j^l/dw_jk^l Delta w_jk^l", f"{NETWORK}.paths.RateFactors.by_weight"),
    Row("49", "Delta a_q^(l+1) ~ da_q^(l+1)/da_j^l Delta a_j^l", f"{NETWORK}.paths.RateFactors.by_activation"),
    Row("50", "(48) put into (49)", f"{NETWORK}.paths.RateFactors.by_activation"),
    Row("51", "the change of C along one path", f"{NETWORK}.paths.RateFactors.along"),
    Row("52", "the change of C, summed over all paths", f"{NETWORK}.paths.RateFactors.change_along"),
    Row("53", "dC/dw_jk^l as a sum over all paths", f"{NETWORK}.paths.gradient_by_paths"),
    Row("Backpropagation", "input, feedforward, output error, backpropagate, output", f"{NETWORK}.backprop.backprop"),
    Row(
        "Mini-batch gradient descent",
        "w^l -> w^l - eta/m sum_x delta^(x,l) (a^(x,l-1))^T",
        f"{NETWORK}.descent.gradient_descent_step",
    ),
    Row(
        "The chapter's code",
        "class Network, backprop, update_mini_batch",
        "gradcheck.subjects.network_class.NetworkSubject",
    ),
    Row("Modified neuron", "one neuron with f for sigma", f"{NETWORK}.activations.modified_neuron"),
    Row("Linear neurons", "sigma(z) = z throughout", f"{NETWORK}.elementwise.linear"),
    Row("Prove BP3 and BP4", "from the definition of delta", f"{NETWORK}.paths.gradient_by_paths"),
    Row("Alternative presentation", "(33) to (35)", f"{NETWORK}.alternatives.delta_by_matrix_products"),
    Row("Fully matrix-based mini-batch", "X = [x_1 ... x_m] as columns", f"{NETWORK}.backprop.backprop"),
)


def resolve(dotted: str) -> object:
    """Return the object that a dotted path names."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            value: object = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            value = getattr(value, part)
        return value
    raise ModuleNotFoundError(dotted)


@functools.cache
def marked_tests() -> dict[str, list[str]]:
    """Return the tests that carry the marker `equation`, by the numbers in it."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("mark.equation"):
                    for argument in decorator.args:
                        name = f"{path.relative_to(TESTS)}::{node.name}"
                        found.setdefault(ast.literal_eval(argument), []).append(name)
    return found


def table() -> str:
    """Return the report's text."""
    tests = marked_tests()
    lines = [
        "# Equations, and where they are",
        "",
        "Remade by `python -m tests.evidence.equations` (`tox -e reports`). The numbers are those of chapter 2 of Nielsen's",
        "*Neural Networks and Deep Learning*; a test fails when a row has no function or no test.",
        "",
        "| equation | says | function | shown by |",
        "|---|---|---|---|",
    ]
    for row in ROWS:
        shown = "<br>".join(f"`{test}`" for test in tests.get(row.number, []))
        lines.append(f"| {row.name} | {row.says.replace('|', chr(92) + '|')} | `{row.function}` | {shown} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(table())
    print(f"wrote {REPORT.name}")
