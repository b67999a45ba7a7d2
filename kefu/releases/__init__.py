"""Releases: the one set of prompts, model endpoints and settings that answers customers.

A release never changes. The last move says which one is live; a trial gives another one a share
of the conversations, always the same ones. This area keeps and applies releases; whether one may
go live is decided above, by `kefu.rollout`.
"""

from kefu.releases.applying import (
    apply_live,
    apply_release,
    change_settings,
    list_endpoint_pins,
    read_settings,
)
from kefu.releases.identity import digest_code, identify
from kefu.releases.live import find_live, get_live, require_not_live, require_unpinned
from kefu.releases.moves import end_trial, keep_release, move_live, start_trial
from kefu.releases.records import (
    Content,
    EndpointPin,
    Move,
    MoveKind,
    PromptPin,
    Release,
    SettingValue,
    ShadowAnswer,
    Trial,
    TrialKind,
)
from kefu.releases.serving import Serving, choose_release
from kefu.releases.store import (
    find_seen,
    find_trial,
    get_release,
    insert_shadow_answer,
    list_moves,
    list_releases,
    list_shadow_answers,
    list_trials,
    lock_releases,
    replace_seen,
)

__all__ = [
    "Content",
    "EndpointPin",
    "Move",
    "MoveKind",
    "PromptPin",
    "Release",
    "Serving",
    "SettingValue",
    "ShadowAnswer",
    "Trial",
    "TrialKind",
    "apply_live",
    "apply_release",
    "change_settings",
    "choose_release",
    "digest_code",
    "end_trial",
    "find_live",
    "find_seen",
    "find_trial",
    "get_live",
    "get_release",
    "identify",
    "insert_shadow_answer",
    "keep_release",
    "list_endpoint_pins",
    "list_moves",
    "list_releases",
    "list_shadow_answers",
    "list_trials",
    "lock_releases",
    "move_live",
    "read_settings",
    "replace_seen",
    "require_not_live",
    "require_unpinned",
    "start_trial",
]
