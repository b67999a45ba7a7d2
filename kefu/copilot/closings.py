"""How a conversation may be closed: as the like ones were, or by what the knowledge calls it."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from opentelemetry import trace

from kefu.copilot.phrases import has_cue
from kefu.copilot.records import Closing, Lines, Neighbour, Speaker
from kefu.copilot.store import find_alike, upsert_closing
from kefu.copilot.summarising import find_wish_sentences
from kefu.db import Connection
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import Vector
from kefu.resources import Resources
from kefu.retrieval import search
from kefu.viewer import Viewer

NEIGHBOURS = 7
LEAST_SHARE = 0.25
MOST_PROPOSED = 3
MOST_LABELS = 4
LONGEST_LABEL = 60
LONGEST_ABOUT = 600

tracer = trace.get_tracer("kefu.copilot")


async def propose_closings(
    resources: Resources, lines: Lines, *, viewer: Viewer, base: str
) -> Sequence[Closing]:
    """Dispositions with labels, the likeliest first.

    Without conversations that were closed before, the titles of what the knowledge holds about it.
    """
    about = describe_matter(lines)
    if not about:
        return []
    with tracer.start_as_current_span("propose_closings"):
        vector = await _embed(resources, about)
        if vector is not None:
            async with resources.database.connection() as conn:
                alike = await find_alike(
                    conn, vector, base=base, embedder=resources.embedder.name, limit=NEIGHBOURS
                )
            if proposed := vote(alike):
                return proposed
        return await _read_titles(resources, about, viewer=viewer, base=base)


async def learn_closing(
    conn: Connection,
    resources: Resources,
    lines: Lines,
    closing: Closing,
    *,
    conversation_id: UUID,
    base: str,
) -> None:
    """Keep how a conversation was closed, so that the next like it is proposed to be closed so."""
    about = describe_matter(lines)
    vector = await _embed(resources, about) if about else None
    if vector is not None:
        await upsert_closing(
            conn,
            closing,
            vector,
            conversation_id=conversation_id,
            base=base,
            embedder=resources.embedder.name,
        )


def vote(neighbours: Sequence[Neighbour]) -> Sequence[Closing]:
    """What most of the nearest say, those nearest counting most.

    Similarities of sentences lie close together, so a neighbour counts by how far it is above the
    farthest one.
    """
    if not neighbours:
        return []
    farthest = min(each.similarity for each in neighbours)
    weights = [each.similarity - farthest + 0.01 for each in neighbours]
    whole = sum(weights)
    shares: dict[str, float] = defaultdict(float)
    labels: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for each, weight in zip(neighbours, weights, strict=True):
        shares[each.disposition] += weight / whole
        for label in each.labels:
            labels[each.disposition][label] += weight / whole
    ranked = sorted(shares, key=lambda name: -shares[name])
    return [
        Closing(
            disposition=name,
            labels=tuple(sorted(labels[name], key=lambda label: -labels[name][label]))[
                :MOST_LABELS
            ],
            share=round(shares[name], 3),
        )
        for name in ranked[:MOST_PROPOSED]
        if shares[name] >= LEAST_SHARE or name == ranked[0]
    ]


def describe_matter(lines: Lines) -> str:
    """What a conversation is about, in the customer's words."""
    wish = find_wish_sentences(lines)
    if not wish:
        wish = [
            line.text
            for line in lines
            if line.speaker is Speaker.CUSTOMER and not has_cue("courtesy", line.text)
        ][:1]
    return " ".join(wish)[:LONGEST_ABOUT]


async def _embed(resources: Resources, about: str) -> Vector | None:
    embedder = resources.embedder
    if embedder.data_class.rank < resources.settings.routing.conversation_class.rank:
        return None
    try:
        vector: Vector = (await embedder.embed_queries([about]))[0]
    except (ModelForbidden, ModelUnavailable):
        return None
    return vector


async def _read_titles(
    resources: Resources, about: str, *, viewer: Viewer, base: str
) -> Sequence[Closing]:
    hits = await search(resources, about, viewer=viewer, base_name=base, top_k=MOST_PROPOSED)
    titles = {hit.title[:LONGEST_LABEL]: hit for hit in reversed(hits) if hit.title}
    return [
        Closing(
            disposition=title,
            labels=tuple(each[:LONGEST_LABEL] for each in hit.heading_path[-1:] if each != title),
            share=round(max(0.0, min(hit.score, 1.0)), 3),
            is_learned=False,
        )
        for title, hit in reversed(titles.items())
    ]
