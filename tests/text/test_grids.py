from kefu.text import find_grids

TEXT = """Before | the table.

| Plan | Price |
|---|---|
| Pro \\| Max | 4 |
| Basic |

```
| a | b |
|---|---|
| 1 | 2 |
```

> | c | d |
> |---|---|
> | 3 | 4 |
"""


def test_tables_are_read_with_the_places_of_their_rows() -> None:
    first, second = find_grids(TEXT)
    assert first.head == ("Plan", "Price")
    assert [row.cells for row in first.rows] == [("Pro | Max", "4"), ("Basic",)]
    assert [TEXT[row.start : row.end] for row in first.rows] == ["| Pro \\| Max | 4 |", "| Basic |"]
    assert TEXT[first.start :].startswith("| Plan")
    assert (second.head, second.rows[0].cells) == (("c", "d"), ("3", "4"))


def test_a_head_without_rows_is_no_table() -> None:
    assert find_grids("| a | b |\n|---|---|\n\ntext") == []
