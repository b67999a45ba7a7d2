"""What is set up at the desk: queues and people, canned responses; and the desk's figures."""

from fastapi import APIRouter

from kefu.conversations.pages import canned, figures, queues

router = APIRouter(include_in_schema=False)
for each in (queues, canned, figures):
    router.include_router(each.router)
