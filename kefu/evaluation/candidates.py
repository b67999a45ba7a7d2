"""What a candidate comes to: resources that answer by it, and everything about them in writing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import kefu
from kefu.db import Connection
from kefu.errors import BadInput, GateClosed, NotFound
from kefu.evaluation.instructions import UnprovenInstruction, find_unproven_instructions
from kefu.evaluation.records import Candidate, digest_json
from kefu.knowledge import Base, check_index, digest_base, get_base
from kefu.llm import ChatEndpoint, list_last_checks
from kefu.prompts import Specification, load_live, read_specification
from kefu.releases import (
    apply_release,
    change_settings,
    digest_code,
    find_live,
    read_settings,
)
from kefu.resources import Resources
from kefu.text import Language, content_digest

PROMPT = "answer"
NO_ENDPOINT = "none"
LANGUAGES: Sequence[Language] = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A candidate that is ready to answer.

    Attributes:
        prompts: by language; a language that has none is answered by the live prompt.
        configuration: everything that decides an answer, but for the knowledge.
        endpoint_checks: by name, what `kefu llm check` last found.
        unproven: what the prompts ask otherwise than the live ones.
    """

    resources: Resources
    base: Base
    prompts: Mapping[Language, Specification]
    configuration: Mapping[str, Any]
    knowledge_digest: str
    endpoint_checks: Mapping[str, Any]
    unproven: Sequence[UnprovenInstruction] = ()

    @property
    def fingerprint(self) -> str:
        """Of the configuration."""
        return digest_json(self.configuration)


async def set_up(resources: Resources, candidate: Candidate, *, base_name: str) -> Setup:
    """Resources that answer as the candidate says.

    Raises:
        BadInput: a setting cannot be changed, or a prompt is for another use.
        NotFound: there is no such base, prompt or endpoint.
    """
    live = await _start_from_live(resources)
    changed = replace(live, settings=change_settings(live.settings, candidate.settings))
    if candidate.endpoint is not None:
        endpoint = await choose_endpoint(resources, candidate.endpoint)
        changed = replace(changed, endpoint=endpoint, endpoints=resources.endpoints)
    else:
        changed = replace(changed, endpoint=await choose_endpoint(live, None))
    async with resources.database.connection() as conn:
        base = await get_base(conn, base_name)
        prompts = await _read_prompts(conn, candidate.prompts)
        return Setup(
            resources=changed,
            base=base,
            prompts=prompts,
            configuration=await _describe(conn, changed, prompts),
            knowledge_digest=await digest_base(conn, base),
            endpoint_checks=await _read_checks(conn, changed),
            unproven=await _list_unproven(conn, changed, prompts),
        )


async def _start_from_live(resources: Resources) -> Resources:
    """As a release answers: the one that these resources are, else the live one."""
    if resources.release_id is not None:
        return resources
    async with resources.database.connection() as conn:
        live = await find_live(conn)
    return resources if live is None else await apply_release(resources, live)


async def choose_endpoint(resources: Resources, name: str | None) -> ChatEndpoint | None:
    """The endpoint of a name; without one whatever writes now, and nothing for "none".

    Raises:
        NotFound: none that writes has this name.
    """
    known = await _list_writing(resources)
    if name is None:
        return resources.endpoint if known or resources.endpoints is None else None
    if name == NO_ENDPOINT:
        return None
    if resources.endpoints is None or name not in known:
        raise NotFound(
            "No endpoint that writes is called %(name)s; there are: %(known)s.",
            name=repr(name),
            known=", ".join(known) or "–",
        )
    return resources.endpoints.choose([name])


async def _list_writing(resources: Resources) -> list[str]:
    if resources.endpoints is None:
        return []
    await resources.endpoints.refresh()
    return [each.name for each in resources.endpoints.list_endpoints() if each.purpose == "chat"]


async def _read_prompts(
    conn: Connection, references: Sequence[str]
) -> dict[Language, Specification]:
    prompts: dict[Language, Specification] = {}
    for reference in references:
        live = (await load_live(conn, PROMPT, language="en")).specification
        specification = await read_specification(conn, reference, use=live)
        if specification.key.name != PROMPT:
            raise BadInput(
                "%(reference)s is the prompt %(key)s, not %(wanted)s.",
                reference=reference,
                key=specification.key,
                wanted=PROMPT,
            )
        prompts[specification.key.language] = specification
    return prompts


async def _list_unproven(
    conn: Connection, resources: Resources, prompts: Mapping[Language, Specification]
) -> list[UnprovenInstruction]:
    found = []
    for language, prompt in prompts.items():
        live = await load_live(conn, PROMPT, language=language, numbers=resources.prompt_numbers)
        found += find_unproven_instructions(live.specification, prompt)
    return found


async def _describe(
    conn: Connection, resources: Resources, prompts: Mapping[Language, Specification]
) -> dict[str, Any]:
    sent = {}
    for language in LANGUAGES:
        own = prompts.get(language)
        live = await load_live(conn, PROMPT, language=language, numbers=resources.prompt_numbers)
        name = "given" if own else live.version.name
        text = (own or live.specification).text
        sent[language] = {"version": name, "digest": content_digest(text)}
    return {
        "kefu": kefu.__version__,
        "code": digest_code(),
        "embedder": resources.embedder.name,
        "endpoints": _describe_endpoints(resources),
        "prompts": sent if resources.endpoint else {},
        "versions": dict(resources.prompt_numbers),
        "ef_search": resources.settings.retrieval.ef_search,
        **_describe_settings(resources),
    }


def _describe_settings(resources: Resources) -> dict[str, dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = {}
    for key, value in read_settings(resources.settings).items():
        section, _, name = key.partition(".")
        sections.setdefault(section, {})[name] = value
    return sections


def _describe_endpoints(resources: Resources) -> list[dict[str, str]]:
    """Those that rerank, and those that may be asked to write, in their order."""
    asked = resources.endpoint
    if resources.endpoints is None:
        return [{"name": asked.name}] if asked else []
    is_one = asked is not None and asked is not resources.endpoints
    return [
        {
            "name": each.name,
            "purpose": each.purpose,
            "model": each.model,
            "url": each.url,
            "data_class": each.data_class,
        }
        for each in resources.endpoints.list_endpoints()
        if each.purpose == "rerank"
        or (each.purpose == "chat" and asked and (not is_one or each.name == asked.name))
    ]


async def _read_checks(conn: Connection, resources: Resources) -> dict[str, Any]:
    used = {each["name"] for each in _describe_endpoints(resources)}
    return {
        each.endpoint: {
            "checked_at": each.checked_at.isoformat(),
            "findings": {finding.kind: finding.is_ok for finding in each.findings},
        }
        for each in await list_last_checks(conn)
        if each.endpoint in used
    }


async def require_whole_index(conn: Connection, setup: Setup, *, with_vectors: bool = True) -> None:
    """Refuse to judge by answers from a damaged index.

    Raises:
        GateClosed: it is, and how.
    """
    embedder = setup.resources.embedder
    report = await check_index(conn, setup.base, embedder, with_vectors=with_vectors)
    if report.damage:
        raise GateClosed(
            "The index of %(base)s is damaged: %(damage)s. Nothing is judged by its answers: take "
            "the documents in again, or restore a backup (`kefu doctor` looks again).",
            base=report.base,
            damage=report.damage[0],
        )
