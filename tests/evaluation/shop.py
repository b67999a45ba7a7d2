"""What a small shop knows, and a dataset about it."""

DOCUMENTS = {
    "Refunds": "A refund is paid within 7 days of the purchase. Refunds cost no fee.",
    "Invoices": "An invoice is sent by e-mail within 3 working days.",
    "Errors": "Error LH-4031 says that the account is locked.",
    "退款": "包年订单在 15 天内可以全额退款。",
}
LINES = """
{"id": "a1", "question": "Within how many days is a refund paid?", "facts": ["7 days"],
 "citations": ["Refunds.md"], "tags": ["money"], "split": "validation"}
{"id": "a2", "question": "What does LH-4031 say?", "facts": ["account is locked"],
 "citations": ["Errors.md"], "split": "validation"}
{"id": "a3", "question": "Within how many days is an invoice sent?", "facts": ["3 working days"],
 "citations": ["Invoices.md"], "tags": ["money"], "split": "train"}
{"id": "a4", "question": "包年订单多少天内可以退款？", "facts": [["15 天", "15天"]],
 "citations": ["退款.md"], "split": "test"}
{"id": "n1", "question": "Who won the football match yesterday evening?", "behaviour": "abstain",
 "split": "test"}
{"id": "n2", "question": "What does LH-9999 say?", "behaviour": "abstain", "split": "validation"}
"""
TEXT = "\n".join(LINES.strip().replace("\n ", " ").splitlines())
