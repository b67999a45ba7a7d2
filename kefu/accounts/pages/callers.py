"""Where a request comes from."""

import re

from fastapi import Request

from kefu.accounts.access import read_session_cookie
from kefu.accounts.sign_in import Caller
from kefu.web import find_host

# Each says that it is those after it, too; "like Gecko" and "Mozilla" are said by all of them.
BROWSER = re.compile(r"(Edg|OPR|MicroMessenger|Firefox|FxiOS|CriOS|Chrome|Version)/(\d+)")
SYSTEM = re.compile(r"HarmonyOS|Android|iPhone|iPad|Windows|Mac OS X|Linux(?!; Android)")
NAMES = {
    "Edg": "Edge",
    "OPR": "Opera",
    "MicroMessenger": "WeChat",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Version": "Safari",
    "Mac OS X": "macOS",
}
BROWSERS = ("Edg", "OPR", "MicroMessenger", "Firefox", "FxiOS", "CriOS", "Chrome", "Version")


def describe_caller(request: Request) -> Caller:
    """The client of a request, as far as it says."""
    return Caller(
        host=find_host(request),
        browser=name_browser(request.headers.get("user-agent", "")),
        old_secret=read_session_cookie(request),
    )


def name_browser(user_agent: str) -> str:
    """A browser as people call it, "Chrome 156, Linux"; what is no known one stays as it is."""
    found = dict(reversed(BROWSER.findall(user_agent)))
    browser = next((name for name in BROWSERS if name in found), None)
    system = SYSTEM.search(user_agent)
    if browser is None or system is None:
        return user_agent
    return f"{NAMES.get(browser, browser)} {found[browser]}, {NAMES.get(system[0], system[0])}"
