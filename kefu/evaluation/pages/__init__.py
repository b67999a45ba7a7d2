"""The pages of evaluation: experiments, cases that wait for a review, coverage, preferences."""

from fastapi import APIRouter

from kefu.evaluation.pages.calibration import router as calibration
from kefu.evaluation.pages.coverage import router as coverage
from kefu.evaluation.pages.experiments import router as experiments
from kefu.evaluation.pages.preferences import router as preferences
from kefu.evaluation.pages.proposals import router as proposals

router = APIRouter()
for each in (experiments, calibration, coverage, preferences, proposals):
    router.include_router(each)
