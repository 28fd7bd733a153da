"""Hostile submissions that want points for nothing: they write results, lie about numbers, or answer for the grader."""

from __future__ import annotations

from typing import Final

from tests.grading.hostile_shell_for_tests import at_import, in_every_call

LIARS: Final = {
    "writes_results_itself": in_every_call(
        """
        sheet = json.dumps({"score": 100, "status": "graded", "total": 18.0, "points": 18.0})
        for folder in (".", "..", "../..", "/autograder/results", "/tmp", os.environ.get("TMPDIR", "."), os.path.dirname(__file__)):
            for name in ("results.json", "report.json", "gradebook.csv"):
                try:
                    with open(os.path.join(folder, name), "w") as file:
                        file.write(sheet)
                except OSError:
                    pass
        """
    ),
    "rewrites_run_autograder": in_every_call(
        """
        for path in ("/autograder/run_autograder", "/autograder/source/rubric.toml", sys.argv[0], __file__):
            with open(path, "w") as file:
                file.write("#!/bin/sh\\necho 100")
        """
    ),
    "prints_the_result_it_wants": in_every_call(
        'print(json.dumps({"score": 100.0, "verdict": "AGREE", "status": "pass"}))'
    ),
    "exits_with_success": in_every_call("os._exit(0)"),
    "exits_with_success_at_import": at_import("os._exit(0)"),
    "exits_politely": in_every_call("sys.exit(0)"),
    "exits_politely_at_import": at_import("raise SystemExit(0)"),
    "skips_the_test": in_every_call(
        """
        class Skipped(BaseException):
            pass
        Skipped.__name__ = "Skipped"; Skipped.__module__ = "_pytest.outcomes"
        raise Skipped("nothing to see")
        """
    ),
    "interrupts_from_the_keyboard": in_every_call("raise KeyboardInterrupt"),
    "equals_everything": at_import(
        """
        class Yes(np.ndarray):
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
            __hash__ = None
            __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)
            __abs__ = lambda self: np.zeros(self.shape)
            __array_ufunc__ = lambda self, *a, **k: np.zeros(self.shape)
            __bool__ = lambda self: True
        yes = lambda like: np.ones(np.shape(like)).view(Yes)
        Network.feedforward = lambda self, a: yes(np.zeros((self.sizes[-1], 1)))
        Network.backprop = lambda self, x, y: ([yes(b) for b in self.biases], [yes(w) for w in self.weights])
        Network.cost_derivative = lambda self, a, y: yes(y)
        sigmoid_prime = lambda z: yes(z)
        """
    ),
    "is_a_float_that_lies": at_import(
        """
        class Lie(np.float64):
            __rsub__ = __sub__ = __abs__ = lambda self, *other: 0.0
            __lt__ = __le__ = __eq__ = lambda self, other: True
            __hash__ = np.float64.__hash__
        Network.cost_derivative = lambda self, a, y: Lie(1.0)
        sigmoid_prime = lambda z: Lie(1.0)
        """
    ),
    "converts_itself_late": at_import(
        """
        class Late:
            def __array__(self, *args, **kwargs):
                return np.zeros((3, 1))
            __float__ = lambda self: 0.0
        Network.feedforward = lambda self, a: Late()
        Network.backprop = lambda self, x, y: (Late(), Late())
        """
    ),
    "returns_objects_in_arrays": at_import(
        """
        class Evil:
            def __reduce__(self):
                return (os.system, ("touch /tmp/pwned",))
        Network.feedforward = lambda self, a: np.array([[Evil()]], dtype=object)
        Network.backprop = lambda self, x, y: (np.array([Evil()], dtype=object), [Evil()])
        Network.cost_derivative = lambda self, a, y: Evil()
        """
    ),
    "patches_numpy": at_import(
        """
        for name in ("abs", "max", "allclose", "isclose", "array_equal", "all", "any", "isfinite", "subtract"):
            setattr(np, name, lambda *a, **k: True)
        np.testing.assert_allclose = lambda *a, **k: None
        np.linalg.norm = lambda *a, **k: 0.0
        """
    ),
    "patches_the_protocol": at_import(
        """
        p = sys.modules.get("protocol")
        for name, value in list(vars(p).items()):
            if callable(value) and "encode" in name:
                setattr(p, name, lambda *a, **k: b"100 points")
        """
    ),
    "answers_before_it_is_asked": at_import(
        """
        p = sys.modules["protocol"]
        for number in range(1, 40):
            os.write(3, p.encode(p.Frame(20, number, [1.0, [], {}])))
        """
    ),
    "answers_twice": in_every_call(
        """
        p = sys.modules["protocol"]
        for number in range(1, 40):
            os.write(3, p.encode(p.Frame(20, number, [0.0, [], {}])))
        """
    ),
    "answers_with_wrong_ids": in_every_call(
        """
        p = sys.modules["protocol"]
        os.write(3, p.encode(p.Frame(20, 2**40, [0.0, [], {}])))
        """
    ),
    "answers_with_junk_on_every_descriptor": in_every_call(
        """
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"\\x01pass" * 40)
            except OSError:
                pass
        """
    ),
    "answers_with_a_huge_shape": in_every_call(
        """
        p = sys.modules["protocol"]
        os.write(3, p.HEADER.pack(p.MAGIC, 1, 20, 0, 2, 1, 2**60))
        """
    ),
    "answers_with_a_negative_shape": in_every_call(
        """
        p = sys.modules["protocol"]
        node = p.NODE.pack(1, 0, 1, 0, 2**32 - 1, *[0] * 7, 8)
        os.write(3, p.HEADER.pack(p.MAGIC, 1, 20, 0, 2, 1, 8) + node + bytes(8))
        """
    ),
    "answers_with_nan": at_import(
        """
        nan = lambda like: np.full(np.shape(like), np.nan)
        Network.feedforward = lambda self, a: np.full((self.sizes[-1], 1), np.nan)
        Network.backprop = lambda self, x, y: ([nan(b) for b in self.biases], [nan(w) for w in self.weights])
        Network.cost_derivative = lambda self, a, y: nan(y)
        Network.update_mini_batch = lambda self, batch, eta: setattr(self, "weights", [nan(w) for w in self.weights])
        sigmoid_prime = nan
        """
    ),
    "answers_with_infinity": at_import(
        """
        big = lambda like: np.full(np.shape(like), np.inf)
        Network.feedforward = lambda self, a: np.full((self.sizes[-1], 1), np.inf)
        Network.backprop = lambda self, x, y: ([big(b) for b in self.biases], [big(w) for w in self.weights])
        Network.cost_derivative = lambda self, a, y: big(y)
        sigmoid_prime = big
        """
    ),
    "answers_at_random": at_import(
        """
        rng = np.random.default_rng()
        Network.feedforward = lambda self, a: rng.random((self.sizes[-1], 1))
        Network.backprop = lambda self, x, y: ([rng.random(b.shape) for b in self.biases], [rng.random(w.shape) for w in self.weights])
        Network.cost_derivative = lambda self, a, y: rng.random(np.shape(y))
        sigmoid_prime = lambda z: rng.random(np.shape(z))
        """
    ),
    "answers_with_empty_arrays": at_import(
        """
        Network.feedforward = lambda self, a: np.zeros((0, 0))
        Network.backprop = lambda self, x, y: ([], [])
        Network.cost_derivative = lambda self, a, y: np.zeros((0,))
        sigmoid_prime = lambda z: np.zeros((0,))
        """
    ),
    "writes_to_what_it_is_asked_about": at_import(
        """
        def backprop(self, x, y):
            for one in (x, y, *self.weights, *self.biases):
                one[...] = 0.0
            return [0.0 * b for b in self.biases], [0.0 * w for w in self.weights]
        Network.backprop = backprop
        Network.feedforward = lambda self, a: (a.fill(0.0), np.zeros((self.sizes[-1], 1)))[1]
        """
    ),
    "keeps_state_between_calls": at_import(
        """
        COUNT = [0]
        def backprop(self, x, y):
            COUNT[0] += 1
            scale = float(COUNT[0])
            return [np.full(b.shape, scale) for b in self.biases], [np.full(w.shape, scale) for w in self.weights]
        Network.backprop = backprop
        """
    ),
    "changes_its_answer_afterwards": at_import(
        """
        KEPT = []
        def backprop(self, x, y):
            for one in KEPT:
                one[...] = 0.0
            made = [np.ones(b.shape) for b in self.biases], [np.ones(w.shape) for w in self.weights]
            KEPT.extend([*made[0], *made[1]])
            return made
        Network.backprop = backprop
        """
    ),
    "chooses_what_is_differentiated": at_import(
        """
        zeros = lambda like: [0.0 * one for one in like]
        Network.feedforward = lambda self, a: np.zeros((self.sizes[-1], 1))
        Network.backprop = lambda self, x, y: (zeros(self.biases), zeros(self.weights))
        Network.cost_derivative = lambda self, a, y: 0.0 * y
        Network.update_mini_batch = lambda self, batch, eta: None
        sigmoid = lambda z: 0.0 * z + 0.5
        sigmoid_prime = lambda z: 0.0 * z
        """
    ),
    "imports_gradcheck": in_every_call("import gradcheck\ntell('imported ' + gradcheck.__file__)"),
    "imports_an_autodiff": at_import("import torch"),
    "looks_for_gradcheck_on_the_path": in_every_call(
        """
        import sysconfig
        sys.path[:0] = [sysconfig.get_path("purelib"), *map(os.path.dirname, sys.path)]
        import gradcheck.network.backprop
        tell("imported")
        """
    ),
}
