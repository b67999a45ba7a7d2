from kefu.text import Arc, decode, list_neighbours, load_sounds


def test_characters_that_sound_alike() -> None:
    sounds = load_sounds()
    assert "款" in sounds.alike("宽")
    assert "账" in sounds.alike("帐", with_tone=True)
    assert "张" not in sounds.alike("帐", with_tone=True)
    assert "张" in sounds.alike("帐")


def test_sounds_that_speakers_confuse() -> None:
    assert set(load_sounds().confused("zhang")) == {"zang", "zhan"}
    assert "ling" in load_sounds().confused("ning")


def test_pinyin_is_nothing_but_syllables() -> None:
    words = ("tuikuan", "xian", "lvse", "refund", "invoice", "")
    assert [word for word in words if load_sounds().is_pinyin(word)] == [
        "tuikuan",
        "xian",
        "lvse",
        "",
    ]


def test_the_cheapest_way_wins_whatever_its_syllables() -> None:
    arcs = [Arc(0, 4, "先"), Arc(0, 2, "西"), Arc(2, 4, "安"), Arc(4, 5, "市")]
    held = {"西安", "安市"}
    path = decode(arcs, 5, price=lambda pair: 0.0 if pair in held else 5.0)
    assert "".join(arc.character for arc in path) == "西安市"
    assert set(list_neighbours(arcs)) == {"西安", "先市", "安市"}


def test_what_no_syllable_covers_has_no_way() -> None:
    assert decode([Arc(0, 1, "啊")], 2, price=lambda _: 0.0) == []
