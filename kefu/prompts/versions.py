"""What becomes of a prompt: saved, labelled, restored, looked up, and sent to models."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kefu.accounts import find_staff
from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, KefuError, NotFound
from kefu.llm import estimate_tokens
from kefu.prompts.lint import lint
from kefu.prompts.records import (
    SHIPPED,
    Finding,
    Label,
    Labelling,
    LivePrompt,
    PromptKey,
    PromptSummary,
    Severity,
    Specification,
    Version,
)
from kefu.prompts.rendering import list_examples, render
from kefu.prompts.shipped import as_version, find_contract, find_shipped, list_shipped
from kefu.prompts.specification import parse_specification
from kefu.prompts.store import (
    find_label,
    find_latest,
    get_version,
    insert_labelling,
    insert_version,
    list_stored,
    list_versions,
    lock_prompt,
)
from kefu.releases import require_unpinned
from kefu.text import Language, content_digest

LONGEST_NOTE = 500
MOST_NAMED = 3  # findings that the refusal of a label names
NO_NUMBERS: Mapping[str, int] = {}

log = logging.getLogger(__name__)


async def save_prompt(
    conn: Connection,
    text: str,
    *,
    author: str,
    note: str = "",
    key: PromptKey | None = None,
    seen: int | None = None,
) -> Version:
    """Keep a text as the draft of the prompt that its front matter names.

    A text that is the latest version already makes no other one. `seen` is the version that was
    the latest when the text was begun, SHIPPED if there was none.

    Raises:
        BadInput: it is no specification, or not of the prompt `key`.
        Conflict: somebody saved another version since.
    """
    specification = parse_specification(text)
    if key is not None and specification.key != key:
        raise BadInput(
            "The front matter names the prompt %(named)s, not %(prompt)s.",
            named=specification.key,
            prompt=key,
        )
    if seen is not None:
        await _refuse_unseen(conn, specification, seen)
    return await _add(conn, specification, author=author, note=note, action="prompt.saved")


async def restore_version(
    conn: Connection, key: PromptKey, number: int, *, author: str, note: str = ""
) -> Version:
    """Make the text of an earlier version the draft again; nothing between is lost.

    Raises:
        NotFound: there is no such version.
    """
    version = await read_version(conn, key, number)
    note = note or f"Restored from {version}."
    specification = parse_specification(version.text)
    return await _add(conn, specification, author=author, note=note, action="prompt.restored")


async def label_version(
    conn: Connection, key: PromptKey, number: int, label: Label, *, author: str
) -> Labelling:
    """Give a label to a version; the one that had it loses it.

    Raises:
        NotFound: there is no such version.
        BadInput: it is to go live and lint finds an error in it.
        Conflict: it is to go live and the prompt goes live with releases.
    """
    version = await read_version(conn, key, number)
    if label is Label.LIVE:
        await require_unpinned(conn, str(key))
        refuse_errors(version)
    await lock_prompt(conn, key)
    before = (await current_labels(conn, key)).get(label)
    labelling = await insert_labelling(conn, key, label, number=number, author=author)
    await record_audit(
        conn,
        actor=author,
        action="prompt.released" if label is Label.LIVE else "prompt.labelled",
        subject=str(version),
        details={"label": label, "number_before": before, "digest": version.digest},
    )
    return labelling


async def read_version(conn: Connection, key: PromptKey, number: int) -> Version:
    """One version, the shipped one too.

    Raises:
        NotFound: there is none.
    """
    if number != SHIPPED:
        return await get_version(conn, key, number)
    shipped = find_shipped(key)
    if shipped is None:
        raise NotFound("Kefu ships no prompt %(prompt)s.", prompt=key)
    return as_version(shipped)


async def list_history(conn: Connection, key: PromptKey) -> list[Version]:
    """Every version, the latest first and the shipped one last.

    Raises:
        NotFound: there is no such prompt.
    """
    shipped = find_shipped(key)
    history = await list_versions(conn, key) + ([as_version(shipped)] if shipped else [])
    if not history:
        raise NotFound(
            "There is no prompt %(prompt)s. `kefu prompts list` shows those there are.", prompt=key
        )
    return history


async def find_labelled(conn: Connection, key: PromptKey, label: Label) -> Version | None:
    """The version that has a label; without one the shipped version is live."""
    labelling = await find_label(conn, key, label)
    if labelling is not None:
        return await read_version(conn, key, labelling.number)
    shipped = find_shipped(key)
    return as_version(shipped) if shipped and label is Label.LIVE else None


async def load_live(
    conn: Connection,
    name: str,
    *,
    language: Language,
    numbers: Mapping[str, int] = NO_NUMBERS,
) -> LivePrompt:
    """What a use of models sends now, in this language where there is one, else in the other.

    `numbers` are versions that a release holds, by key; they are sent instead of those labelled
    live. A version that a later Kefu cannot fill in any more gives way to the shipped one.

    Raises:
        NotFound: there is no prompt of this name.
    """
    others: tuple[Language, ...] = ("zh", "en")
    for each in dict.fromkeys((language, *others)):
        key = PromptKey(name=name, language=each)
        number = numbers.get(str(key))
        if number is not None:
            return _usable(await read_version(conn, key, number))
        version = await find_labelled(conn, key, Label.LIVE)
        if version is not None:
            return _usable(version)
    raise NotFound("There is no live prompt %(name)s.", name=name)


async def current_labels(conn: Connection, key: PromptKey) -> dict[Label, int]:
    """The number of the version that has each label."""
    found = {label: await find_label(conn, key, label) for label in Label}
    given = {label: each.number for label, each in found.items() if each is not None}
    return ({Label.LIVE: SHIPPED} if find_shipped(key) else {}) | given


async def list_prompts(conn: Connection) -> list[PromptSummary]:
    """Every prompt, shipped or a company's own, with its labels."""
    stored = {each.key: each for each in await list_stored(conn)}
    shipped = {each.key: each for each in list_shipped()}
    summaries = []
    for key in sorted(stored.keys() | shipped.keys()):
        known = stored.get(key) or PromptSummary(
            key=key, purpose="", is_shipped=False, version_count=0
        )
        latest = await find_latest(conn, key) if known.version_count else None
        specification = parse_specification(latest.text) if latest else shipped[key]
        labels = ({Label.LIVE: SHIPPED} if key in shipped else {}) | dict(known.labels)
        summaries.append(
            replace(
                known,
                purpose=specification.purpose,
                is_shipped=key in shipped,
                labels=labels,
            )
        )
    return summaries


def lint_specification(specification: Specification) -> list[Finding]:
    """What lint finds, with the shipped prompt for the same use as the contract."""
    return lint(
        specification,
        contract=find_contract(specification.key),
        count_tokens=estimate_tokens,
    )


async def _add(
    conn: Connection, specification: Specification, *, author: str, note: str, action: str
) -> Version:
    if len(note) > LONGEST_NOTE:
        raise BadInput("The note is longer than %(most)s characters.", most=LONGEST_NOTE)
    key, digest = specification.key, content_digest(specification.text)
    await lock_prompt(conn, key)
    latest = await find_latest(conn, key)
    if latest is not None and latest.digest == digest:
        return latest
    version = await insert_version(
        conn,
        key,
        text=specification.text,
        digest=digest,
        author=author,
        note=" ".join(note.split()),
    )
    await insert_labelling(conn, key, Label.DRAFT, number=version.number, author=author)
    await record_audit(
        conn,
        actor=author,
        action=action,
        subject=str(version),
        details={"note": version.note, "digest": digest},
    )
    return version


async def _refuse_unseen(conn: Connection, specification: Specification, seen: int) -> None:
    """Tell who wrote on an earlier version what was saved meanwhile."""
    await lock_prompt(conn, specification.key)
    latest = await find_latest(conn, specification.key)
    if latest is None or latest.number <= seen:
        return
    if latest.digest != content_digest(specification.text):
        author = await find_staff(conn, latest.author)
        raise Conflict(
            "%(author)s saved %(version)s while you were writing. See what changed, take over"
            " what you want to keep, and save again: your text becomes the version after it.",
            author=author.name if author else latest.author,
            version=latest,
        )


async def follow_release(
    conn: Connection, numbers: Mapping[PromptKey, int], *, author: str
) -> None:
    """Label live what a release that has just gone live sends."""
    for key, number in numbers.items():
        await lock_prompt(conn, key)
        if (await current_labels(conn, key)).get(Label.LIVE) != number:
            await insert_labelling(conn, key, Label.LIVE, number=number, author=author)


def refuse_errors(version: Version) -> None:
    """Keep a version from going live in which lint finds an error; what is shipped has none.

    Raises:
        BadInput: naming what was found.
    """
    if version.number == SHIPPED:
        return
    findings = lint_specification(parse_specification(version.text))
    errors = [each for each in findings if each.severity is Severity.ERROR]
    if errors:
        named: Sequence[str] = [f"{each.check} ({each.where})" for each in errors[:MOST_NAMED]]
        more = ", …" if len(errors) > MOST_NAMED else ""
        raise BadInput(
            "%(version)s cannot go live, lint finds errors: %(named)s."
            " Mend them and save another version.",
            version=version,
            named=", ".join(named) + more,
        )


def _usable(version: Version) -> LivePrompt:
    contract = find_contract(version.key)
    try:
        specification = parse_specification(version.text)
        render(specification, list_examples(contract or specification))
    except KefuError as error:
        if contract is None:
            raise
        log.warning("The live prompt %s cannot be used, the shipped one is: %s", version, error)
        return LivePrompt(specification=contract, version=as_version(contract))
    return LivePrompt(specification=specification, version=version)
