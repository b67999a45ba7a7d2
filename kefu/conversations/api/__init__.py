"""Conversations over HTTP: for customers, for the desk, for those who manage it, and live."""

from fastapi import APIRouter

from kefu.conversations.api import customers, desk, lists, manage, metrics, streams

router = APIRouter()
for each in (customers, lists, desk, manage, metrics, streams):
    router.include_router(each.router)
