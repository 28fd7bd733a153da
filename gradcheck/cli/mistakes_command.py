"""`gradcheck mistakes`: the catalogue of mistakes that are known by name."""

from __future__ import annotations

import click


@click.command()
@click.argument("identifier", required=False, metavar="[ID]")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
def mistakes(identifier: str | None, layout: str) -> None:
    """List the mistakes that are known by name, or show the one called ID."""
    from gradcheck.errors import UsageError
    from gradcheck.mistakes.catalogue import CATALOGUE, mistake_named
    from gradcheck.mistakes.listing import as_json, listing, page

    try:
        shown = CATALOGUE if identifier is None else (mistake_named(identifier),)
    except UsageError as error:
        raise click.UsageError(str(error)) from error
    if layout == "json":
        click.echo(as_json(shown))
    else:
        click.echo(listing() if identifier is None else page(shown[0]))
