"""Evaluation: whether Kefu answers as the company wants it to, and whether a change made it worse.

A dataset holds cases in versions; an experiment puts them to a candidate and grades the replies; a
comparison holds two experiments against each other, and the gate says whether a candidate may go
live.
"""

from kefu.evaluation.acknowledging import read_unproven, record_acknowledged
from kefu.evaluation.calibrating import (
    NEAR_PRECISION,
    PRECISION,
    RISK,
    Aim,
    Calibration,
    Wish,
    calibrate,
)
from kefu.evaluation.candidates import Setup, set_up
from kefu.evaluation.cases import read_lines, write_lines
from kefu.evaluation.comparison import Comparison, compare_experiments
from kefu.evaluation.datasets import load_cases, read_begun, read_version, save_version, unseal
from kefu.evaluation.evaluators import EVALUATORS, Evaluator, grade
from kefu.evaluation.experiments import (
    CONCURRENCY,
    SEED,
    OnProgress,
    Plan,
    find_begun,
    find_experiment,
    run_experiment,
)
from kefu.evaluation.folds import FOLDS
from kefu.evaluation.gate import GateCheck, GateVerdict, check_unproven, judge_candidate
from kefu.evaluation.gates import GATES_FILE, Gates, KnowledgeLimits, Monitors, load_gates
from kefu.evaluation.instructions import (
    UnprovenInstruction,
    find_unproven_instructions,
    list_unshown,
)
from kefu.evaluation.knowledge_check import KnowledgeCheck
from kefu.evaluation.knowledge_gate import check_since, choose_judge, try_change
from kefu.evaluation.live import LIVE_GRADES, grade_live
from kefu.evaluation.recommendations import write_calibration_markdown, write_tuning_markdown
from kefu.evaluation.records import (
    Behaviour,
    Candidate,
    Case,
    Dataset,
    DatasetVersion,
    Experiment,
    Grade,
    Reply,
    Result,
    Split,
)
from kefu.evaluation.reports import Report, build_report, list_scores
from kefu.evaluation.store.datasets import list_datasets, list_versions
from kefu.evaluation.store.experiments import (
    ReleaseScore,
    find_last_start,
    is_running,
    list_experiments,
)
from kefu.evaluation.store.proposals import list_proposals
from kefu.evaluation.tuning import TRIALS, Tuning, TuningPlan, tune_retrieval

__all__ = [
    "CONCURRENCY",
    "EVALUATORS",
    "FOLDS",
    "GATES_FILE",
    "LIVE_GRADES",
    "NEAR_PRECISION",
    "PRECISION",
    "RISK",
    "SEED",
    "TRIALS",
    "Aim",
    "Behaviour",
    "Calibration",
    "Candidate",
    "Case",
    "Comparison",
    "Dataset",
    "DatasetVersion",
    "Evaluator",
    "Experiment",
    "GateCheck",
    "GateVerdict",
    "Gates",
    "Grade",
    "KnowledgeCheck",
    "KnowledgeLimits",
    "Monitors",
    "OnProgress",
    "Plan",
    "ReleaseScore",
    "Reply",
    "Report",
    "Result",
    "Setup",
    "Split",
    "Tuning",
    "TuningPlan",
    "UnprovenInstruction",
    "Wish",
    "build_report",
    "calibrate",
    "check_since",
    "check_unproven",
    "choose_judge",
    "compare_experiments",
    "find_begun",
    "find_experiment",
    "find_last_start",
    "find_unproven_instructions",
    "grade",
    "grade_live",
    "is_running",
    "judge_candidate",
    "list_datasets",
    "list_experiments",
    "list_proposals",
    "list_scores",
    "list_unshown",
    "list_versions",
    "load_cases",
    "load_gates",
    "read_begun",
    "read_lines",
    "read_unproven",
    "read_version",
    "record_acknowledged",
    "run_experiment",
    "save_version",
    "set_up",
    "try_change",
    "tune_retrieval",
    "unseal",
    "write_calibration_markdown",
    "write_lines",
    "write_tuning_markdown",
]
