"""What the API's documentation shows."""

import json

CITATION_EXAMPLE = {
    "marker": 1,
    "chunk_id": 412,
    "document_id": 37,
    "uri": "https://help.example.com/refunds",
    "id": None,
    "title": "退款政策",
    "heading_path": ["退款", "到账时间"],
    "page": None,
    "quote": "审核通过后，款项在 3 个工作日内原路退回。",
    "language": "zh",
    "boxes": [],
}
ANSWER_EXAMPLE = {
    "answer": "审核通过后，款项在 3 个工作日内原路退回。[1]",
    "outcome": "answered",
    "language": "zh",
    "citations": [CITATION_EXAMPLE],
    "mode": "extractive",
    "confidence": 0.93,
    "timings": {"search": 0.021, "first_sentence": 0.034, "total": 0.036},
    "notice": None,
    "choices": [],
    "read_as": None,
    "related": ["超过 7 天还能退款吗？"],
    "conversation_id": "6f1c5a52-0d53-4f0e-9a7b-3d1f0f6d1c11",
    "message_id": "0b6f6f6e-8a39-4b0e-8f0b-5a0a4b1b7f2e",
}
STREAM_EXAMPLE = "".join(
    f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
    for event, data in (
        ("progress", {"stage": "searching"}),
        ("sentence", {"text": ANSWER_EXAMPLE["answer"], "citations": [CITATION_EXAMPLE]}),
        ("answer", ANSWER_EXAMPLE),
    )
)
