"""The widget: the chatbot on web sites of the company, by one script tag."""

from kefu.chatbot.widget.channels import (
    AddedChannel,
    add_channel,
    build_snippet,
    change_channel,
    read_secret,
    remove_channel,
    rotate_secret,
)
from kefu.chatbot.widget.records import Channel, ChannelLook, ProactiveRule
from kefu.chatbot.widget.store import get_channel, list_channels

__all__ = [
    "AddedChannel",
    "Channel",
    "ChannelLook",
    "ProactiveRule",
    "add_channel",
    "build_snippet",
    "change_channel",
    "get_channel",
    "list_channels",
    "read_secret",
    "remove_channel",
    "rotate_secret",
]
