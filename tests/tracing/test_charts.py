"""The geometry of charts and waterfalls."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from spans import a_span, days_ago

from kefu.tracing.charts import HEIGHT, WIDTH, draw_bars, draw_lines
from kefu.tracing.conversion import as_record
from kefu.tracing.shown import read_text
from kefu.tracing.waterfall import list_steps

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 10)


def test_bars_stand_in_the_place_of_their_day() -> None:
    chart = draw_bars({FIRST: 3.0, LAST: 4.2}, first=FIRST, last=LAST)
    left, right = chart.bars
    assert 0 < left.x < WIDTH / 10
    assert right.x + right.width < WIDTH
    assert right.x > 0.9 * WIDTH
    assert all(bar.y + bar.height == pytest.approx(HEIGHT) for bar in chart.bars)
    assert chart.ticks[-1].value == 5.0


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0.0, 1.0), (0.0003, 0.0005), (1.0, 1.0), (1.1, 2.0), (2.2, 2.5), (870, 1000)],
)
def test_the_scale_ends_at_a_round_number(highest: float, top: float) -> None:
    chart = draw_bars({FIRST: highest}, first=FIRST, last=LAST)
    assert chart.ticks[-1].value == pytest.approx(top)


def test_a_line_breaks_where_days_are_missing() -> None:
    values = {FIRST: 1.0, FIRST + timedelta(days=1): 2.0, LAST: 1.5}
    (line,) = draw_lines({"p50": values}, first=FIRST, last=LAST).lines
    assert [len(run.split()) for run in line.runs] == [2, 1]
    assert len(line.points) == 3


def test_an_empty_chart_has_a_scale() -> None:
    assert len(draw_lines({"p50": {}}, first=FIRST, last=LAST).ticks) == 6


def test_steps_stand_below_what_they_belong_to_in_the_order_they_began() -> None:
    noon = days_ago(0)
    whole = a_span("whole", at=noon, seconds=10)
    late = a_span("late", at=noon + timedelta(seconds=5), seconds=5, parent=whole)
    early = a_span("early", at=noon + timedelta(seconds=1), seconds=2, parent=whole)
    inner = a_span("inner", at=noon + timedelta(seconds=2), seconds=1, parent=early)
    steps = list_steps([as_record(span) for span in (late, inner, whole, early)])
    assert [(step.span.name, step.depth) for step in steps] == [
        ("whole", 0),
        ("early", 1),
        ("inner", 2),
        ("late", 1),
    ]
    assert [round(step.start, 3) for step in steps] == [0.0, 0.1, 0.2, 0.5]
    assert steps[-1].share == pytest.approx(0.5)


def test_a_step_whose_parent_is_missing_stands_at_the_top() -> None:
    lost = a_span("parent")
    (step,) = list_steps([as_record(a_span("child", parent=lost))])
    assert step.depth == 0
    assert list_steps([]) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('[{"role": "user", "parts": [{"type": "text", "content": "a\\nb"}]}]', "[user]\na\nb"),
        ('[{"type": "text", "content": "be brief"}]', "be brief"),
        ('[{"id": "1", "score": 0.5, "title": "T", "uri": "u"}]', "0.500  T  u"),
        ("[1] as cited", "[1] as cited"),
        ("plain", "plain"),
        ("[]", ""),
    ],
)
def test_messages_and_hits_are_shown_as_text(value: str, text: str) -> None:
    assert read_text(value) == text


def test_steps_of_a_trace_are_in_order_of_time() -> None:
    noon = days_ago(0)
    spans = [a_span(str(n), at=noon + timedelta(seconds=n)) for n in range(5)]
    names = [step.span.name for step in list_steps([as_record(span) for span in spans])]
    assert all(earlier < later for earlier, later in pairwise(names))
