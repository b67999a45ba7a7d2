"""What the API's documentation shows of chat completions."""

import json

from kefu.chatbot.examples import ANSWER_EXAMPLE, CITATION_EXAMPLE

TEXT = "审核通过后，款项在 3 个工作日内原路退回。[1]"
HEAD = {"id": "chatcmpl-7b0d2f9e", "created": 1795000000, "model": "kefu"}
ANNOTATION_EXAMPLE = {
    "type": "url_citation",
    "url_citation": {
        "start_index": 22,
        "end_index": 25,
        "title": CITATION_EXAMPLE["title"],
        "url": CITATION_EXAMPLE["uri"],
    },
}
COMPLETION_EXAMPLE = {
    **HEAD,
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": TEXT,
                "refusal": None,
                "annotations": [ANNOTATION_EXAMPLE],
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 8, "completion_tokens": 24, "total_tokens": 32},
    "kefu": ANSWER_EXAMPLE,
}
CHUNKS = (
    {"choices": [{"index": 0, "delta": {"content": TEXT}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "kefu": ANSWER_EXAMPLE},
)
CHUNKS_EXAMPLE = "".join(
    f"data: {json.dumps(HEAD | chunk, ensure_ascii=False)}\n\n" for chunk in CHUNKS
)
