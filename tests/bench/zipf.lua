-- SPDX-License-Identifier: MIT
-- wrk script: browser-sized requests for many codes, drawn beforehand by a Zipf law into the file named by LINKPOND_PATHS
-- (one path a line, drawn order). LINKPOND_CLOSE=1 asks for a fresh connection each time.
local requests = {}
local at = 0

local headers = {
  ["Host"] = os.getenv("LINKPOND_HOST") or "127.0.0.1",
  ["User-Agent"] = "Mozilla/5.0 (Linux; Android 13; 22081212C Build/TKQ1.220829.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20231202 MMWEBID/4213 MicroMessenger/8.0.46.2540(0x28002E3C) WeChat/arm64 Weixin NetType/5G Language/zh_CN ABI/arm64",
  ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,image/wxpic,image/tpg,image/webp,image/apng,*/*;q=0.8",
  ["Accept-Encoding"] = "gzip, deflate",
  ["Accept-Language"] = "zh-CN,zh;q=0.9,en-US;q=0.8,en;q=0.7",
  ["X-Requested-With"] = "com.tencent.mm",
  ["Upgrade-Insecure-Requests"] = "1",
  ["Sec-Fetch-Site"] = "none",
  ["Sec-Fetch-Mode"] = "navigate",
  ["Sec-Fetch-User"] = "?1",
  ["Sec-Fetch-Dest"] = "document",
  ["X-Forwarded-For"] = "203.0.113.77",
}

function init(args)
  if os.getenv("LINKPOND_CLOSE") == "1" then
    headers["Connection"] = "close"
  end
  if (os.getenv("LINKPOND_COOKIE") or "") ~= "" then
    headers["Cookie"] = os.getenv("LINKPOND_COOKIE")
  end
  for path in io.lines(os.getenv("LINKPOND_PATHS")) do
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, ran)
  io.write(string.format("RESULT requests=%d errors=%d status=%d us=%d p50=%.0f p99=%.0f max=%.0f\n", summary.requests,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.errors.status,
    summary.duration, latency:percentile(50), latency:percentile(99), latency.max))
end
