"""The chatbot over HTTP: its own routes, and those that clients of OpenAI's API speak to."""

from fastapi import APIRouter

from kefu.chatbot.api import chat, completions

router = APIRouter()
for each in (chat, completions):
    router.include_router(each.router)
