"""Rollout: how a change of prompts, models or settings gets to customers, and back.

A change is proposed as a release, passes the gate, is tried on a share of the conversations,
promoted, watched, and rolled back.
"""

from kefu.rollout.beginning import Began, begin
from kefu.rollout.differences import Difference, list_changes
from kefu.rollout.gating import evaluate_release, judge_release, promote
from kefu.rollout.knowledge_watch import keep_watching_knowledge
from kefu.rollout.monitoring import keep_watching, read_monitors, watch
from kefu.rollout.moving import override, roll_back
from kefu.rollout.proposing import Changes, propose
from kefu.rollout.store import list_alerts
from kefu.rollout.verdicts import ReleaseVerdict

__all__ = [
    "Began",
    "Changes",
    "Difference",
    "ReleaseVerdict",
    "begin",
    "evaluate_release",
    "judge_release",
    "keep_watching",
    "keep_watching_knowledge",
    "list_alerts",
    "list_changes",
    "override",
    "promote",
    "propose",
    "read_monitors",
    "roll_back",
    "watch",
]
