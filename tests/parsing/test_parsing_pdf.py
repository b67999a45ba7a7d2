"""PDF pages whose tables are easily mistaken."""

from importlib.resources import files
from pathlib import Path

from kefu.parsing import ParseLimits, parse_file


def test_two_tables_of_one_width_on_a_page_stay_apart() -> None:
    folder = Path(str(files("kefu.demo"))) / "documents" / "procedures"
    [guide] = folder.glob("icp-*.pdf")
    [document] = parse_file(guide, limits=ParseLimits())
    assert "| 首次备案 | 主体和域名都没有备案过 | 1–2 个工作日 |" in document.markdown
    assert "\n## 二、办理前的准备\n" in document.markdown
    assert (
        "| 企业 | 营业执照、法定代表人身份证 | 负责人不是法定代表人的，需授权书 |"
        in document.markdown
    )


def test_a_line_that_counts_two_pages_is_left_out() -> None:
    folder = Path(str(files("kefu.demo"))) / "documents" / "procedures"
    [guide] = folder.glob("icp-*.pdf")
    [document] = parse_file(guide, limits=ParseLimits())
    assert "2026 年 4 月版" not in document.markdown
    assert "备案咨询电话 000-400-6186" in document.markdown
