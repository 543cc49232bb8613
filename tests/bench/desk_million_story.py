# SPDX-License-Identifier: MIT
"""What a shop with many links looks like to the desk: a CSV of links of three years with campaigns, channels, tags, owners,
domains and titles in Chinese and English, the same for the same numbers. Most of each kind belong to a few, as people do it."""
import datetime
import random

DOMAIN = "s.example.com"
OTHER_DOMAINS = ["go.example.com", "m.example.cn", "vip.example.net"]
OWNERS = [f"{name}{number}" for number in range(1, 5)
          for name in ("wang", "li", "zhang", "chen", "liu", "yang", "zhao", "huang", "zhou", "wu")]
CITIES = ["上海", "北京", "广州", "深圳", "杭州", "成都", "武汉", "西安", "南京", "苏州", "Berlin", "Singapore"]
THINGS = ["春季上新", "双十一预售", "会员日", "开学季", "年货节", "直播专场", "新品试用", "社群福利", "线下快闪", "老客回访",
          "Spring launch", "Summer sale", "Members' day", "Trial pack", "Flagship opening"]
PLACES = ["企业微信群", "海报", "公众号推文", "短信", "小红书笔记", "抖音主页", "门店台卡", "宣传单页", "poster", "newsletter"]
TAGS = [f"{kind}-{number}" for number in range(1, 13) for kind in ("华东", "门店", "vip", "test", "kol")]
CAMPAIGNS, CHANNELS, TOP = 400, 2000, 6
DAYS = 1095
HEAD = "url,alias,title,tags,campaign,channel,owner,domain,utm_source,utm_medium,utm_content,created,valid until,enabled,archived,notes\n"


def few(rng, count):
    """0 most often, then ever more rarely (Zipf's law, roughly)."""
    return int(count ** rng.random()) - 1


def rows(count, end, seed=20261122):
    """The CSV in pieces of a thousand links, oldest first."""
    rng = random.Random(seed)
    yield HEAD.encode()
    lines = []
    for i in range(count):
        lines.append(row(rng, i, end - datetime.timedelta(days=DAYS * (1 - i / count))))
        if len(lines) == 1000 or i == count - 1:
            yield "".join(lines).encode()
            lines = []


def row(rng, i, created):
    thing, city, place = rng.choice(THINGS), CITIES[few(rng, len(CITIES))], rng.choice(PLACES)
    campaign, channel = few(rng, CAMPAIGNS), few(rng, CHANNELS)
    tags = ",".join(sorted({TAGS[few(rng, len(TAGS))] for _ in range(rng.choice((0, 1, 1, 2, 3)))}))
    until = (created + datetime.timedelta(days=rng.choice((7, 30, 400)))).strftime("%Y-%m-%d") if i % 11 == 0 else ""
    cells = (f"https://shop.example.com/products/{i * 7919 % 1000003}?sku={i:07}&colour=red", f"promo/{i:x}" if i % 20 == 0 else "",
             f"{thing} {city} {place} {rng.randrange(1, 60)}", f'"{tags}"', f"c{campaign:03}-{campaign * 37 % 1000}" if i % 8 else "",
             f"ch{channel:04}" if i % 5 else "", OWNERS[few(rng, len(OWNERS))], rng.choice(OTHER_DOMAINS) if i % 4 == 0 else DOMAIN,
             f"src{few(rng, 50)}", rng.choice(("social", "print", "sms", "email")), f"place{few(rng, 500)}",
             created.strftime("%Y-%m-%d %H:%M:%S"), until, "no" if i % 53 == 0 else "yes", "yes" if i % 17 == 0 else "no",
             f"批次 {i // 5000}" if i % 3 == 0 else "")
    return ",".join(cells) + "\n"
