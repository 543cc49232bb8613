# SPDX-License-Identifier: MIT
"""Goal: what a report of the desk shows is what the API says: balance, series and bars; a press on a bar is a filter, and
the address alone brings the view back; a click comes in while one looks; what visitors wrote stays text, also in a CSV.
"""
import csv
import io
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browser import noise, set_look, shot, wait_for
from desk import EVIL, Desk
from geo_files import FOLDER
from pond import GOOGLEBOT, SAFARI, WECHAT
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from test_desk import LOOKS
from test_desk_pages import SHIFT

CLASSES = ["human", "bot", "preview", "prefetch", "head", "replay", "duplicate"]
FORMULA = "=HYPERLINK(\"https://evil.example\")"


class Report(Desk):
    def figures(self):
        return [cell.text for cell in self.all(".totals dd.num")]

    def card(self, title):
        """The card of that heading, brought into sight."""
        path = f"//section[.//h2[contains(., '{title}')]]"
        found = wait_for(lambda: self.driver.find_elements(By.XPATH, path), 20)[0]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        return found

    def bars(self, title):
        """[(name, count)] of a card, once it is drawn."""
        read = ("return [...arguments[0].querySelectorAll('tbody tr')].map(row => [row.querySelector('.bar-name').textContent, "
                "row.querySelector('td').textContent])")
        return [tuple(row) for row in wait_for(lambda: self.driver.execute_script(read, self.card(title)), 20)]

    def settled(self):
        wait_for(lambda: self.figures() and "…" not in self.figures() and not self.all("[aria-busy=true]"), 20)
        return self


@pytest.fixture
def report(desk):
    def make(width=1280, language="en-US", scheme="light", **settings):
        opened = desk(width, language, scheme, **settings)
        return Report(opened.pond, opened.driver)

    return make


def fill(pond):
    """Three links in two channels, and visits of every kind that a test can send."""
    pond.link(alias="one", channel="group-1", campaign="spring", utm_source="wechat", utm_content="poster")
    pond.link(alias="two", channel="group-2", campaign="spring", utm_source="sms", utm_content="card")
    for i in range(5):
        pond.visit("one", ip=f"203.0.113.{i}")
    for i in range(2):
        pond.visit("two", ua=SAFARI, ip=f"203.0.113.{20 + i}")
    pond.visit("one?lp_qr=1", ip="203.0.113.40")
    pond.visit("one", ua=GOOGLEBOT)
    pond.visit("two", method="HEAD")
    pond.visit("nowhere")
    pond.drain()


def test_figures_and_balance_are_the_apis(report):
    desk = report()
    fill(desk.pond)
    desk.open("/report").sign_in().settled()
    figures = ("clicks", "visitors", "scans", "new_visitors")
    totals = desk.pond.stats(period="30d", metrics=",".join(figures))["totals"]
    assert desk.figures() == [str(totals[name]) for name in figures]
    terms = [int(term.text) for term in desk.all(".balance .term a, .balance .term b")]
    received, shown, lost = terms[0], terms[1:-1], terms[-1]
    assert received == sum(totals["by_class"].values()) == sum(shown)
    assert shown == [totals["by_class"][name] for name in CLASSES if totals["by_class"][name] or name in CLASSES[:3]]
    assert lost == desk.pond.metrics()["linkpond_clicks_dropped_total"] == 0
    unopened = desk.find(".balance p + p a")  # real visits that led nowhere are not clicks
    assert int(unopened.text) == totals["by_class"]["human"] - totals["clicks"] == 1
    unopened.click()
    wait_for(lambda: "/desk/clicks?" in desk.driver.current_url, 20)
    desk.find(".table.cards time")
    assert len(desk.all(".table.cards tbody tr")) == 1
    assert noise(desk.driver) == []


def test_a_bar_is_a_filter_and_the_address_is_the_view(report):
    desk = report()
    fill(desk.pond)
    desk.open("/report").sign_in().settled()
    assert desk.bars("Channels") == [("group-1", "6"), ("group-2", "2")]
    desk.card("Channels").find_element(By.XPATH, ".//button[.='group-2']").click()
    wait_for(lambda: desk.figures()[0] == "2", 20)
    assert parse_qs(urlsplit(desk.driver.current_url).query)["channel"] == ["group-2"]
    assert desk.bars("Sources") == [("SMS", "2")]
    desk.driver.refresh()
    desk.settled()
    assert desk.figures()[0] == "2"
    assert "group-2" in desk.find(".report-chips .chip").text
    desk.find(".report-chips .chip-text").click()  # all but this
    wait_for(lambda: desk.figures()[0] == "6", 20)
    assert parse_qs(urlsplit(desk.driver.current_url).query)["not_channel"] == ["group-2"]
    desk.driver.back()
    wait_for(lambda: desk.figures()[:1] == ["2"], 20)
    desk.find(".report-chips .chip button:last-child").click()
    wait_for(lambda: desk.figures()[0] == "8", 20)


def test_few_rows_take_the_room_of_few_and_nothing_moves(report):
    """At first they are not known to be few; from then on a card asks in the room it had."""
    desk = report()
    fill(desk.pond)
    desk.open("/report").sign_in()
    set_look(desk.driver, 1280, "light", 3000)
    desk.settled()
    high = lambda: {card.find_element(By.TAG_NAME, "h2").text: card.size["height"] for card in desk.all(".report-card") if card.is_displayed()}  # noqa: E731
    desk.bars("Links and")
    assert high()["Channels and campaigns"] < 240, "two rows, not eight"
    wait_for(lambda: desk.driver.execute_script(KEPT), 20)
    before = high()
    desk.driver.refresh()
    desk.settled()
    desk.bars("Links and")
    assert high() == before
    moved = desk.driver.execute_async_script(SHIFT)
    assert moved[0] < 0.001, moved


def test_a_card_that_was_never_seen_waits_in_the_room_of_a_full_one(report):
    """Nobody who goes straight to the end sees cards above it grow: what stands over the rows is there before them."""
    desk = report(360)
    fill(desk.pond)
    desk.open("/report").sign_in().settled()
    waiting = [card for card in desk.all(".report-card") if card.find_elements(By.CSS_SELECTOR, ".skeleton")]
    room = {card.find_element(By.TAG_NAME, "h2").text: card.find_element(By.CSS_SELECTOR, ".report-body").size["height"] for card in waiting}
    tabs = {card.find_element(By.TAG_NAME, "h2").text: [tab.is_displayed() for tab in card.find_elements(By.CSS_SELECTOR, ".segments button")] for card in waiting}
    assert all(tabs["UTM"]) and len(tabs["UTM"]) == 6
    assert all(tabs["Devices and systems"]) and len(tabs["Devices and systems"]) == 5
    assert room["Two at a time"] == 518  # twelve rows under their heads


def test_what_stands_below_each_other_in_two_dimensions_ends_at_one_edge(report):
    """Head, figures and the dots of nothing, so that no figure seems to be of the next column."""
    desk = report()
    fill(desk.pond)
    desk.open("/report").sign_in().settled()
    desk.card("Two at a time")
    wait_for(lambda: desk.all(".pivot-cell"), 20)
    assert [len(set(column)) for column in desk.driver.execute_script(RIGHT)] == [1, 1, 1]  # two contents and the sum


RIGHT = """const rows = [...document.querySelectorAll('.pivot tr')];
const edge = (cell) => { const range = document.createRange(); range.selectNodeContents(cell.querySelector('.pivot-name, .pivot-cell') || cell); return Math.round(range.getBoundingClientRect().right); };
return [1, 2, 3].map((at) => rows.map((row) => edge(row.children[at])));"""
KEPT = """const kept = Object.values(JSON.parse(localStorage['linkpond.prefs']).cards.heights);
const there = [...document.querySelectorAll('.report-card')].map((card) => card.offsetHeight);
return kept.length >= 6 && kept.every((height) => there.includes(height))"""
MILLIONS = """const plain = Response.prototype.json;
const grow = (value) => { Object.entries(value || {}).forEach(([name, one]) => {
  if (typeof one === 'object') { grow(one); } else if (['clicks', 'visitors', 'scans', 'new_visitors', 'human'].includes(name)) { value[name] = one + 98765432; } }); };
Response.prototype.json = async function () { const value = await plain.call(this); grow(value); return value; };"""
SPILT = """return [...document.querySelectorAll('.totals dd.num, .bars td')].map((cell) => {
  const range = document.createRange(); range.selectNodeContents(cell); const text = range.getBoundingClientRect(), box = cell.getBoundingClientRect();
  return [cell.textContent, text.left >= box.left - 1 && text.right <= box.right + 1 && range.getClientRects().length === 1]; })"""


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_counts_of_eight_digits_have_room(report, width):
    desk = report(width)
    fill(desk.pond)
    desk.open("/report").sign_in()
    desk.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": MILLIONS})
    desk.driver.refresh()
    desk.settled()
    assert desk.bars("Channels") == [("group-1", "98,765,438"), ("group-2", "98,765,434")]
    cells = desk.driver.execute_script(SPILT)
    assert len([text for text, _ in cells if text.startswith("98,765,4")]) >= 6
    assert [text for text, fits in cells if not fits] == []
    desk.check_fit()
    shot(desk.driver, f"report-millions-{width}")


def test_a_day_of_the_chart_is_a_period(report):
    desk = report()
    fill(desk.pond)
    desk.open("/report").sign_in().settled()
    canvas = desk.find(".series-card canvas")
    ActionChains(desk.driver).move_to_element_with_offset(canvas, canvas.size["width"] // 2 - 2, 0).click().perform()
    wait_for(lambda: "from=" in desk.driver.current_url, 20)
    query = parse_qs(urlsplit(desk.driver.current_url).query)
    assert query["from"][0] < query["to"][0] and "period" not in query
    wait_for(lambda: desk.figures()[0] == "8", 20)  # all of them came today
    wait_for(lambda: desk.find("[aria-label='Interval']").get_attribute("value") == "hour", 20)  # the chart is drawn after the figures
    desk.driver.back()
    wait_for(lambda: desk.all("[aria-label='Interval']") and desk.find("[aria-label='Interval']").get_attribute("value") == "day", 20)


def test_what_is_not_known_can_be_asked_for(report):
    desk = report()
    fill(desk.pond)
    desk.open("/report").sign_in().settled()
    desk.card("Sources").find_element(By.XPATH, ".//button[.='App']").click()
    assert wait_for(lambda: [bar for bar in desk.bars("Sources") if bar[0] in ("WeChat", "Browser or other")]) == [("WeChat", "6"), ("Browser or other", "2")]
    desk.card("Sources").find_element(By.XPATH, ".//button[.='Browser or other']").click()
    wait_for(lambda: desk.figures()[0] == "2", 20)
    assert "app=&" in desk.driver.current_url + "&"
    desk.driver.refresh()
    desk.settled()
    assert desk.figures()[0] == "2"


def test_a_click_appears_while_one_looks(report):
    desk = report()
    link = desk.pond.link(alias="live", channel="group-1")
    desk.open(f"/links/{link['id']}").sign_in().settled()
    desk.find(".report .empty")  # which says how to begin
    reply = desk.pond.visit("live?lp_qr=1", ua=WECHAT)
    click = desk.pond.click_of(reply)
    wait_for(lambda: desk.figures() == ["1", "1", "1", "1"], 40, 0.1)
    desk.card("Live")
    assert desk.find(".live tbody tr").get_attribute("data-id") == click["id"]
    assert "WeChat" in desk.find(".live tbody tr").text
    desk.find(".series-card canvas")
    desk.find(".series-card").find_element(By.XPATH, ".//button[.='Table']").click()
    cells = wait_for(lambda: desk.texts(".series-table tbody tr"))
    assert cells[-1].split()[-3:] == ["1", "1", "0"]  # clicks, visitors, the period before
    assert sum(int(row.split()[-3]) for row in cells) == 1


@pytest.mark.parametrize("settings", [{}, {"geo_file": FOLDER / "city.mmdb"}], ids=["no file", "a file"])
def test_places_are_offered_where_a_file_tells_them(report, settings):
    places = {"country", "region", "city", "carrier"} if settings else set()
    desk = report(**settings)
    fill(desk.pond)
    assert desk.pond.api("GET", "/me", 200).json()["install"]["places"] == bool(settings)
    offered = lambda css: {option.get_attribute("value") for option in desk.all(css)} & {"country", "region", "city", "carrier"}  # noqa: E731
    desk.open("/report").sign_in().settled()
    desk.card("Two at a time")
    wait_for(lambda: len(desk.all(".pivot-dims option")) > 40, 20)
    assert offered(".pivot-dims option") == places
    desk.find(".report-bar").find_element(By.XPATH, ".//button[contains(., 'Add a filter')]").click()
    wait_for(lambda: len(desk.all("dialog [name=dim] option")) > 20, 20)
    assert offered("dialog [name=dim] option") == places
    desk.open("/report?pivot=city,app").settled()
    desk.card("Two at a time")
    wait_for(lambda: len(desk.all(".pivot-dims option")) > 40, 20)
    assert offered(".pivot-dims select:first-child option") == places | {"city"}, "what was chosen stays"


def test_what_visitors_wrote_stays_text(report):
    desk = report()
    desk.pond.link(alias="odd")
    desk.pond.visit("odd", headers={"Referer": "https://example.com/"})
    for value in (EVIL, FORMULA):
        reply = desk.pond.visit("odd?" + "&".join(f"utm_{name}={quote(value, safe='')}" for name in ("source", "medium", "campaign", "content", "term")))
        desk.pond.click_of(reply)
    desk.open("/report?show=utm_content&pivot=utm_source,utm_content").sign_in().settled()
    names = {name for name, _ in desk.bars("UTM")}
    assert names == {EVIL, FORMULA, "Not given"}
    desk.card("Two at a time")
    wait_for(lambda: len(desk.all(".pivot tbody tr")) >= 3, 20)
    assert EVIL in desk.find(".pivot").text
    assert desk.all("img[src=x]") == [] and desk.all("body script") == []
    rows = saved_csv(desk, "UTM")
    assert rows[0] == ["utm_content", "Clicks (PV)", "Share"]
    assert {row[0] for row in rows[1:]} == {EVIL, "'" + FORMULA, "Not given"}
    assert noise(desk.driver) == []


def saved_csv(desk, title):
    """What the card's CSV button would save: the file is read from its blob as it is made."""
    desk.driver.execute_script("""
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => { blob.text().then((text) => { window.savedCsv = text; }); return make.call(URL, blob); };
        HTMLAnchorElement.prototype.click = function () {};""")
    desk.card(title).find_element(By.CSS_SELECTOR, "[data-csv]").click()
    text = wait_for(lambda: desk.driver.execute_script("return window.savedCsv"))
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_csv_has_what_the_table_shows(report):
    desk = report()
    fill(desk.pond)
    desk.open("/report").sign_in().settled()
    shown = desk.bars("Channels")
    rows = saved_csv(desk, "Channels")
    assert [tuple(row[:2]) for row in rows[1:]] == shown == [("group-1", "6"), ("group-2", "2")]


CUT_OFF = ("return [...document.querySelectorAll('.bar-card .segments button')].filter((one) => one.getClientRects().length > 0"
           " && one.getBoundingClientRect().right > one.closest('.card').getBoundingClientRect().right).map((one) => one.innerText)")
SHARE = ("const done = arguments[0];"
         "const base = document.querySelector('script[type=module]').src.replace(/main\\.js$/, '');"
         "import(base + 'format.js').then(({ percent }) => done([0, 0.0002, 0.0006, 0.5, NaN].map(percent)), (error) => done(String(error)))")


def test_a_few_among_many_are_not_none(report):
    desk = report(1280, "en-US").open("/report").sign_in().settled()
    assert desk.driver.execute_async_script(SHARE) == ["0%", "<0.1%", "0.1%", "50%", "–"]


@pytest.mark.parametrize("width, language, scheme", LOOKS)
def test_reports_fit(report, width, language, scheme):
    desk = report(width, language, scheme)
    fill(desk.pond)
    desk.open("/report?campaign=spring&show=app").sign_in().settled()
    for card in desk.all(".report-card"):
        desk.driver.execute_script("arguments[0].scrollIntoView()", card)
        wait_for(lambda: not card.find_elements(By.CSS_SELECTOR, ".skeleton"), 20)
    desk.check_fit()
    assert desk.driver.execute_script(CUT_OFF) == [], "choices of a card that are not in sight"
    shot(desk.driver, f"desk-report-{width}-{language[:2]}-{scheme}")
    assert desk.driver.find_element(By.TAG_NAME, "h1").text == "spring"
    assert noise(desk.driver) == []


EDGES = ("const edge = (css) => document.querySelector(css).getBoundingClientRect().right;"
         "return [edge('.pivot tbody .pivot-sum'), edge('.table-box:has(.pivot)')].map(Math.round)")


ROW_BEFORE = ("const cards = [...document.querySelectorAll('.report-grid > *')].filter((one) => one.getClientRects().length > 0);"
              "const at = cards.findIndex((one) => one.classList.contains('wide'));"
              "return [at - 1, at].map((i) => Math.round(cards[i].getBoundingClientRect().right))")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_sums_of_a_wide_matrix_stay_in_sight(report, width):
    desk = report(width, geo_file=FOLDER / "city.mmdb")  # with places there is an odd number of cards
    link = desk.pond.link(alias="one", channel="group-1")
    for i in range(8):
        desk.pond.visit(f"one?utm_content=a-long-name-of-a-picture-{i}", ip=f"203.0.113.{i}")
    desk.pond.drain()
    desk.open(f"/links/{link['id']}").sign_in().settled()
    desk.driver.execute_script("document.querySelector('.report-grid > .card:last-child').scrollIntoView()")
    wait_for(lambda: len(desk.all(".pivot thead .num")) == 9, 20)
    inner, outer = desk.driver.execute_script(EDGES)
    assert inner <= outer
    beside = desk.driver.execute_script(ROW_BEFORE)
    assert beside[0] == beside[1], "a card that has nothing beside it takes the whole row"
