"""The documents of an invented bicycle company, with tables in six file formats, written anew."""

from collections.abc import Sequence
from pathlib import Path

from docx import Document
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches

Rows = Sequence[Sequence[str | int]]

RENTAL = """# Rental prices

Every rental includes a lock and a helmet. Prices are per bike and include tax.

| Bike | Day price | Week price | Deposit | Max. load | Child seat | Motor |
| --- | --- | --- | --- | --- | --- | --- |
| City | €12 | €60 | €50 | 120 kg | ✓ | – |
| Trekking | €16 | €80 | €80 | 130 kg | ✓ | – |
| Gravel | €24 | €125 | €150 | 115 kg | – | – |
| Road | €28 | €140 | €200 | 105 kg | – | – |
| E-City | €32 | €165 | €150 | 140 kg | ✓ | ✓ |
| E-Trekking | €38 | €195 | €200 | 145 kg | ✓ | ✓ |
| Cargo | €35 | €180 | €250 | 200 kg | – | – |
| E-Cargo | €55 | €290 | €1,000 | 220 kg | ✓ | ✓ |

A bike that comes back late is charged half a day.
"""
E_BIKES = """# 电助力车型对比

所有车型都可以在门店试骑，试骑前请出示身份证。

| 车型 | 续航 | 电池容量 | 充电时间 | 载重 | 整车价 | 上年销量 |
| --- | --- | --- | --- | --- | --- | --- |
| 海燕 | 60–80 km | 400 Wh | 4 小时 | 120 公斤 | 6999 元 | 1.2 万台 |
| 海鸥 | 90–110 km | 500 Wh | 5 小时 | 125 公斤 | 9,499 元 | 8600 台 |
| 信天翁 | 140–160 km | 750 Wh | 6.5 小时 | 130 公斤 | 1.58 万元 | 3,150 台 |
| 军舰鸟 | 100–120 km | 625 Wh | 3.5 小时 | 150 公斤 | 1.29 万元 | 4,020 台 |
| 鸬鹚 | 50–60 km | 360 Wh | 3 小时 | 180 公斤 | 8,299 元 | 960 台 |
"""
REPAIRS = """<html><head><title>Workshop services</title></head><body><main>
<h1>Workshop services</h1><p>Bring the bike to any shop; we call when it is ready.</p>
<table><tr><th>Service</th><th>Price</th><th>Duration</th><th>While you wait</th><th>Warranty</th>
</tr>{rows}</table><p>Spare parts are charged separately.</p></main></body></html>
"""
SERVICES: Rows = [
    ["Puncture repair", "€15", "20–30 min", "Yes", "14 days"],
    ["Brake adjustment", "€22", "30–45 min", "Yes", "30 days"],
    ["Gear tune-up", "€29", "45–60 min", "Yes", "30 days"],
    ["Wheel truing", "€35", "1–2 days", "No", "60 days"],
    ["Full service", "€95", "2–3 days", "No", "6 months"],
    ["Battery diagnosis", "€45", "90–120 min", "No", "–"],
    ["Motor replacement", "on request", "5–10 days", "No", "2 years"],
]
CARDS: Rows = [
    ["会员卡", "年费", "每月免费骑行", "免押金", "维修折扣", "可带同伴"],
    ["体验卡", "免费", "60 分钟", "否", "无", "否"],
    ["通勤卡", "199 元", "20 小时", "是", "9 折", "否"],
    ["家庭卡", "399 元", "40 小时", "是", "8.5 折", "是"],
    ["畅行卡", "688 元", "不限", "是", "8 折", "是"],
    ["企业卡", "面议", "不限", "是", "7.5 折", "是"],
]
PARTS: Rows = [
    ["配件", "零售价（元）", "重量（克）", "适用车型", "保修", "现货"],
    ["前灯", 89, 120, "全部", "1 年", "是"],
    ["尾灯", 49, 60, "全部", "1 年", "是"],
    ["头盔", 239, 310, "全部", "2 年", "是"],
    ["U 形锁", 159, 1250, "全部", "3 年", "否"],
    ["折叠锁", 329, 980, "全部", "3 年", "是"],
    ["儿童座椅", 569, 4300, "城市车", "2 年", "否"],
    ["驮包", 268, 850, "旅行车", "2 年", "是"],
    ["备用电池", 3280, 2600, "电助力车", "18 个月", "是"],
    ["充电器", 399, 700, "电助力车", "12 个月", "否"],
]
DELIVERY: Rows = [
    ["配送方式", "时效", "运费", "单件限重", "货到付款", "保价上限"],
    ["门店自提", "当天", "免费", "不限", "✓", "—"],
    ["普通快递", "3–5 天", "12 元", "20 kg", "×", "1000 元"],
    ["次日达", "1 天", "28 元", "10 kg", "✓", "5000 元"],
    ["大件物流", "5–8 天", "150 元", "80 kg", "×", "2 万元"],
    ["同城闪送", "2 小时", "35 元", "15 kg", "✓", "3000 元"],
]
COVERS: Rows = [
    ["Cover", "Yearly premium", "Excess", "Cover limit", "Theft", "Worldwide", "Battery"],
    ["Basic", "$39", "$100", "$1,500", "no", "no", "no"],
    ["Plus", "$79", "$50", "$4,000", "yes", "no", "no"],
    ["Electric", "$119", "$50", "$7,500", "yes", "no", "yes"],
    ["Total", "$189", "none", "unlimited", "yes", "yes", "yes"],
]
DISTRICTS = ("Old Town", "Riverside", "North Park", "Harbour", "University", "West End")
STREETS = ("Mill Lane", "Chapel Road", "Quay Street", "Garden Way", "Market Square")
PROSE = {
    "opening-hours.md": "# Opening hours\n\nOur shops open from 9 to 19 on weekdays and from 10 to "
    "17 on Saturdays. On Sundays the shop at the harbour alone is open.\n",
    "late-returns.md": "# Late returns and cancellations\n\nYou can cancel a rental free of charge "
    "until 24 hours before it begins. After that we keep one day's price.\n",
    "骑行须知.md": "# 骑行须知\n\n骑行时必须佩戴头盔。未满 16 岁的骑行者须由成年人陪同。"
    "车辆损坏请拨打门店电话。\n",
}


def stations() -> list[list[str]]:
    """Head and 120 rows."""
    rows = [["Station", "District", "Docks", "E-bike charging", "Opened"]]
    for n in range(120):
        name = f"{STREETS[n % 5]} {n + 1}"
        charging = "yes" if n * 5 % 7 == 1 else "no"
        year = str(2012 + n * 5 % 13)
        rows.append([name, DISTRICTS[n * 7 % 6], str(10 + n * 11 % 37), charging, year])
    return rows


def write_documents(folder: Path) -> None:
    """All of them, into an empty folder."""
    (folder / "rental-prices.md").write_text(RENTAL, encoding="utf-8")
    (folder / "电助力车型.md").write_text(E_BIKES, encoding="utf-8")
    cells = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in SERVICES
    )
    (folder / "workshop.html").write_text(REPAIRS.replace("{rows}", cells), encoding="utf-8")
    lines = [",".join(row) for row in stations()]
    (folder / "stations.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, text in PROSE.items():
        (folder / name).write_text(text, encoding="utf-8")
    _write_word(folder / "会员卡.docx", "会员卡权益", CARDS)
    _write_slide(folder / "配送方式.pptx", "配送方式一览", DELIVERY)
    _write_slide(folder / "insurance.pptx", "Bicycle insurance", COVERS)
    book = Workbook()
    book.active.title = "配件价目"
    for row in PARTS:
        book.active.append(row)
    book.save(folder / "配件价目.xlsx")


def _write_word(path: Path, title: str, rows: Rows) -> None:
    document = Document()
    document.core_properties.title = title
    document.add_heading(title, level=1)
    document.add_paragraph("会员卡自开通之日起一年内有效。")
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            table.cell(number, column).text = str(cell)
    document.save(str(path))


def _write_slide(path: Path, title: str, rows: Rows) -> None:
    deck = Presentation()
    deck.core_properties.title = title
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = title
    frame = slide.shapes.add_table(
        len(rows), len(rows[0]), Inches(0.5), Inches(1.5), Inches(9), Inches(4)
    )
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            frame.table.cell(number, column).text = str(cell)
    deck.save(str(path))
