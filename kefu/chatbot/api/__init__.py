"""The chatbot over HTTP: its own routes, and those of protocols that clients speak already."""

from fastapi import APIRouter

from kefu.chatbot.api import chat, completions, mcp, webhooks

router = APIRouter()
for each in (chat, completions, mcp, webhooks):
    router.include_router(each.router)
