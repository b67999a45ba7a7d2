"""What the widget speaks to; a protocol between the two of them, free to change with both."""

from fastapi import APIRouter

from kefu.chatbot.widget.api import asking, conversing, visiting

router = APIRouter()
for each in (visiting, asking, conversing):
    router.include_router(each.router)
