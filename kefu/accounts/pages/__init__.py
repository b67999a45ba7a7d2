"""Pages of accounts: the entrance, one's own profile, and the people who work here."""

from fastapi import APIRouter

from kefu.accounts.pages import audit, entrance

router = APIRouter(include_in_schema=False)
for each in (entrance, audit):
    router.include_router(each.router)
