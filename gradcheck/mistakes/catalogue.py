from gradcheck.mistakes.mistake import Mistake, Where

CATALOGUE: tuple[Mistake, ...] = (
    Mistake(
        "bp1-sign",
        "(BP1)",
        "nabla_a",
        "y - a stands for a - y",
        "look at the sign",
        "never",
        lambda right: lambda p: -right(p),
        (Where.OUTPUT,),
    ),
    Mistake(
        "no-sigma-prime",
        "(BP1), (BP2)",
        "sigma_prime",
        "sigma'(z) is left out",
        "look",
        "never",
        lambda right: lambda p, c: c,
        (Where.EVERYWHERE, Where.OUTPUT, Where.HIDDEN, Where.ONE),
    ),
    Mistake(
        "zero-bias",
        "(BP3)",
        "nabla_b",
        "nabla_b is left at 0",
        "look",
        "never",
        lambda right: lambda p, d: 0.0 * right(p, d),
        (Where.EVERYWHERE, Where.ONE),
    ),
)
