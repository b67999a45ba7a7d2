"""The pages of rollout: releases, and the grades of live answers."""

from fastapi import APIRouter

from kefu.rollout.pages.graded import router as graded
from kefu.rollout.pages.release import router as release
from kefu.rollout.pages.releases import router as releases

router = APIRouter()
for each in (graded, releases, release):  # before the number of a release, which takes any name
    router.include_router(each)
