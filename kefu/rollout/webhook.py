"""Alerts go out as Standard Webhooks: signed, to public addresses, a bounded number of times."""

import json
from datetime import UTC, datetime

from kefu.rollout.records import Alert
from kefu.safety import post, sign_headers
from kefu.sections import AlertSettings

WAITS_SECONDS = (5.0, 60.0, 600.0, 3600.0)
"""Before the second, third, ... attempt; after the last nothing is sent any more."""


async def send_alert(settings: AlertSettings, alert: Alert) -> str:
    """Send an alert once; returns why it was not taken, empty when it was."""
    assert settings.url is not None
    body = json.dumps(_describe(alert), ensure_ascii=False).encode()
    secrets = [settings.secret.get_secret_value()] if settings.secret else []
    at = int(datetime.now(UTC).timestamp())
    headers = sign_headers(secrets, f"alert_{alert.id}", at=at, body=body)
    posted = await post(settings.url, body, headers, allows_private=settings.allow_private)
    return posted.problem


def next_wait(attempt_count: int) -> float | None:
    """Seconds until it is sent again after so many attempts; None: never."""
    return WAITS_SECONDS[attempt_count - 1] if attempt_count <= len(WAITS_SECONDS) else None


def _describe(alert: Alert) -> dict[str, object]:
    return {
        "type": "monitor.breached",
        "timestamp": alert.raised_at.isoformat(),
        "data": {
            "alert": alert.id,
            "monitor": alert.monitor,
            "release": alert.release_id,
            "value": alert.value,
            "limit": alert.threshold,
            "sample_count": alert.sample_count,
            "detail": alert.detail,
            "reaction": alert.reaction,
        },
    }
