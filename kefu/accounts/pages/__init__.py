"""Pages of accounts: the entrance, one's own profile, the people who work here, the audit log."""

from fastapi import APIRouter

from kefu.accounts.pages import audit, entrance, oidc, people, profile

router = APIRouter(include_in_schema=False)
for each in (entrance, oidc, profile, people, audit):
    router.include_router(each.router)
