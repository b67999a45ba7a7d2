import pytest

from kefu.text import detect_language


@pytest.mark.parametrize(
    "text",
    [
        "ECS实例 ping 不通怎么办",
        "docker build 失败",
        "ICP备案",
        "什么是 InvalidParameter.NotFound",
        "RunInstances 怎么用",
        "`SELECT * FROM what WHERE is = the` 报错",
        "打不开 https://example.com/what/is/the/matter",
        "如何退款？",
        "請問如何備案",
    ],
)
def test_chinese_with_borrowed_words_is_chinese(text: str) -> None:
    assert detect_language(text) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "What does 备案 mean?",
        "Is 云服务器 in 上海 available?",
        "How do I get a refund?",
        "InvalidParameter.NotFound",
        "VPC",
        "",
        "???",
        "Why does `不通` show in the console?",
    ],
)
def test_english_with_chinese_terms_is_english(text: str) -> None:
    assert detect_language(text) == "en"


def test_chinese_document_with_code_is_chinese() -> None:
    document = "## 安装\n\n先下载安装包，然后运行以下命令完成初始化配置。\n\n```\n" + (
        "if this is the end then do that\n" * 40
    )
    assert detect_language(document + "```\n") == "zh"
