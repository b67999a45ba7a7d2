"""The pages of evaluation: experiments, and cases that wait for a review."""

from fastapi import APIRouter

from kefu.evaluation.pages.experiments import router as experiments
from kefu.evaluation.pages.proposals import router as proposals

router = APIRouter()
for each in (experiments, proposals):
    router.include_router(each)
