# SPDX-License-Identifier: MIT
"""Goal: whatever channel a click can be counted under without anybody having set one, the API says what it is called, also
where the operator's own tables name it, from the moment they are read."""
import signal

from pond import ROOT, WECHAT, wait_for


def names(pond):
    items = pond.api("GET", "/inferred-channels", 200).json()["items"]
    found = {one["key"]: (one["names"]["zh"], one["names"]["en"]) for one in items}
    assert len(found) == len(items), "each once"
    return found


def test_every_channel_of_the_table_has_its_names(make_pond):
    pond = make_pond()
    rows = [line.split("\t") for line in (ROOT / "config/channels.tsv").read_text().splitlines() if line and not line.startswith("#")]
    assert names(pond) == {row[2]: (row[3], row[4]) for row in rows}
    pond.link(alias="plain")
    click = pond.click_of(pond.visit("plain?from=groupmessage", ua=WECHAT))
    assert (click["channel"], names(pond)[click["channel"]]) == ("group", ("社群", "Group"))
    assert pond.api("GET", "/channels", 200).json()["items"] == [], "nobody has made one"


def test_own_tables_name_them_from_when_they_are_read(make_pond, tmp_path):
    own = tmp_path / "channels.own.tsv"
    own.write_text("medium\tpet\tpet-fair\t宠物展\tPet fair\n")
    pond = make_pond(recognition_dir=str(tmp_path))
    assert names(pond)["pet-fair"] == ("宠物展", "Pet fair")

    def read_again(text, said):
        before = pond.log_text().count(said)
        own.write_text(text)
        pond.process.send_signal(signal.SIGHUP)
        wait_for(lambda: pond.log_text().count(said) > before)

    for zh in ("宠物用品展", "亚宠展"):  # twice, so that what the first reload brought is given back by the second
        read_again(f"medium\tpet\tpet-fair\t{zh}\tPet fair\nscene\tgroup\tgroup\t我们的群\tOur groups\n", '"reloaded"')
        assert names(pond)["pet-fair"] == (zh, "Pet fair") and names(pond)["group"] == ("我们的群", "Our groups")
    read_again("medium\tpet\n", "recognition_refused")
    assert names(pond)["pet-fair"] == ("亚宠展", "Pet fair"), "a broken file changes nothing"
