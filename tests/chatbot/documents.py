"""A small document and the citations that answers in these tests make to it."""

from kefu.answering import EXTRACTIVE, Answer, Citation, Intent, Outcome, Progress, Sentence, Stage

REFUNDS = """# 退款政策

云主机、数据库与对象存储的包年包月订单均可在控制台自助申请退款。

## 退款 › 到账时间

提交申请后，客服会在 **1 个工作日** 内完成审核。审核通过后，款项在 3 个工作日内原路退回。
遇到法定节假日，到账时间相应顺延。

| 支付方式 | 到账时间 | 说明 |
|---|---|---|
| 支付宝 | 1 个工作日 | 原路退回 |
| 银行卡 | 3 个工作日 | 以发卡行为准 |
| 对公转账 | 5 个工作日 | 需提供开票信息 |

<script>window.hacked = true</script>
<img src=x onerror="window.hacked = true">

## 不支持退款的情形

域名注册、SSL 证书签发后不支持退款。
"""
QUOTE = "审核通过后，款项在 3 个工作日内原路退回。"
TABLE_QUOTE = "| 银行卡 | 3 个工作日 | 以发卡行为准 |"


def cite(chunk_id: int, *, marker: int = 1, quote: str = QUOTE) -> Citation:
    """A citation to the document above."""
    return Citation(
        marker=marker,
        chunk_id=chunk_id,
        document_id=1,
        uri="refunds.md",
        id=None,
        title="退款政策",
        heading_path=("退款 › 到账时间",),
        page=None,
        quote=quote,
        language="zh",
    )


def answer_with(
    *pieces: Sentence, mode: str = EXTRACTIVE, notice: str | None = None
) -> tuple[Progress | Sentence | Answer, ...]:
    """Everything that is sent for an answer of these pieces."""
    seen = {citation.marker: citation for piece in pieces for citation in piece.citations}
    answer = Answer(
        answer="".join(piece.text for piece in pieces),
        outcome=Outcome.ANSWERED,
        language="zh",
        citations=tuple(seen.values()),
        mode=mode,
        confidence=0.9,
        timings={"search": 0.01, "first_sentence": 0.02, "total": 0.03},
        notice=notice,
    )
    return Progress(stage=Stage.SEARCHING), Progress(stage=Stage.WRITING), *pieces, answer


def refund_answer(chunk_id: int) -> tuple[Progress | Sentence | Answer, ...]:
    """Two cited sentences and a table."""
    first, second = cite(chunk_id), cite(chunk_id, marker=2, quote=TABLE_QUOTE)
    return answer_with(
        Sentence(text="审核通过后，款项在 **3 个工作日**内原路退回。[1]\n\n", citations=(first,)),
        Sentence(
            text="| 支付方式 | 到账时间 |\n|---|---|\n| 支付宝 | 1 个工作日 |\n"
            "| 银行卡 | 3 个工作日 [2] |\n\n",
            citations=(second,),
        ),
        Sentence(text="- 节假日顺延\n- 以发卡行为准 [2]", citations=(second,)),
    )


ABSTENTION = (
    Progress(stage=Stage.SEARCHING),
    Answer(
        answer="现有资料中没有找到这个问题的答案，您可以换个说法再问，或联系人工客服。",
        outcome=Outcome.ABSTAINED,
        language="zh",
        citations=(),
        mode=EXTRACTIVE,
        confidence=0.1,
    ),
)
GREETING = (
    Answer(
        answer="您好！",
        outcome=Outcome.REPLIED,
        language="zh",
        citations=(),
        mode=EXTRACTIVE,
        confidence=0.0,
        intent=Intent.GREETING,
    ),
)
ASKING_BACK = (
    Progress(stage=Stage.SEARCHING),
    Answer(
        answer="请问您问的是哪一个？",
        outcome=Outcome.ASKED_BACK,
        language="zh",
        citations=(),
        mode=EXTRACTIVE,
        confidence=0.9,
        choices=("云数据库 MySQL", "Site <Large>"),
    ),
)
