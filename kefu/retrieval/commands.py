"""kefu search."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from kefu.knowledge import choose_base, get_base
from kefu.resources import open_resources
from kefu.retrieval.corrections import correct
from kefu.retrieval.highlighting import find_matches
from kefu.retrieval.records import Hit
from kefu.retrieval.search import ask_corrected, search_base
from kefu.settings import load_settings
from kefu.viewer import OPERATOR

SHOWN_CHARACTERS = 600


async def search_command(
    query: Annotated[str, typer.Argument(help="Words or a question.", show_default=False)],
    *,
    base: Annotated[
        str | None,
        typer.Option("--base", help="Name of the base; else main, or the only one that there is."),
    ] = None,
    top_k: Annotated[int | None, typer.Option(min=1, max=100, help="How many hits.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Show the chunks that a question finds, with the parts of their scores."""
    async with open_resources(load_settings()) as resources:
        async with resources.database.connection() as conn:
            found = await get_base(conn, base or await choose_base(conn, OPERATOR))
        corrected = await correct(resources, query, viewer=OPERATOR, base=found)
        read, carried = ask_corrected(query, corrected)
        hits = await search_base(
            resources, found, read, viewer=OPERATOR, top_k=top_k, carried=carried
        )
    if as_json:
        typer.echo(json.dumps([asdict(hit) for hit in hits], ensure_ascii=False, default=str))
        return
    console = Console()
    if corrected is not None and corrected.typed:
        console.print(f"Showing results for “{read}”.", markup=False)
    if not hits:
        console.print("Nothing found.")
    for place, hit in enumerate(hits, start=1):
        console.print(_header(place, hit))
        console.print(_excerpt(read, hit.text), style="dim")
        console.print()


def _header(place: int, hit: Hit) -> Text:
    dense = "no vector yet" if hit.parts.dense is None else f"dense {hit.parts.dense:.3f}"
    rerank = "" if hit.parts.rerank is None else f", rerank {hit.parts.rerank:.3f}"
    page = f", page {hit.page}" if hit.page else ""
    return Text.assemble(
        (f"{place}. {hit.breadcrumb or hit.uri}", "bold"),
        f"\n   {hit.score:.3f} (lexical {hit.parts.lexical:.2f}, {dense}{rerank})  {hit.uri}{page}",
    )


def _excerpt(query: str, text: str) -> Text:
    shown = Text(text[:SHOWN_CHARACTERS] + ("…" if len(text) > SHOWN_CHARACTERS else ""))
    for start, end in find_matches(query, text[:SHOWN_CHARACTERS]):
        shown.stylize("bold yellow not dim", start, end)
    return shown
