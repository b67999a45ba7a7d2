"""What a release needs to be tried: customers read answers of what has passed the gate."""

from kefu.db import Connection
from kefu.errors import GateClosed
from kefu.releases import TrialKind, get_release
from kefu.resources import Resources
from kefu.rollout.gating import judge_release
from kefu.rollout.moving import read_reason
from kefu.text import translatable as _

NOT_TRIED = _(
    "Release %(number)s is not tried on customers: it has not passed the gate. Fill in “Why it need"
    " not wait for the gate”, or try it as a shadow, which nobody reads."
)
"""The refusal on a page, which shows what keeps it from passing."""


async def require_tryable(
    conn: Connection,
    resources: Resources,
    release_id: int,
    kind: TrialKind,
    *,
    reason: str | None = None,
) -> str:
    """Refuse a trial that customers read of a release that has not passed the gate.

    Somebody's word lets it all the same; what is kept of the reason is returned. A shadow is read
    by no customer and needs neither.

    Raises:
        BadInput: the reason is none, or a long one.
        GateClosed: it has not passed, for these reasons.
        NotFound: there is no such release, or none is live.
    """
    if reason is not None:
        return read_reason(reason)
    if kind is TrialKind.SHADOW:
        return ""
    verdict = await judge_release(conn, resources, await get_release(conn, release_id))
    if not verdict.is_passed:
        raise GateClosed(
            "Release %(number)s is not tried on customers: it has not passed the gate."
            " %(problems)s Try it as a shadow, which nobody reads (`--as shadow`), or say why it"
            " need not wait: `--override REASON`, or “Why it need not wait for the gate” on its"
            " page.",
            number=release_id,
            problems=" ".join(verdict.problems),
        )
    return ""
