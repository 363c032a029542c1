-- wrk -s paths.lua URL -- FILE [once]: asks for the paths in FILE, one a line, in turn, and tells what came as one line of JSON.
-- With "once" it ends when all were asked for, and the time is that until then.

local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long us; } moment; int gettimeofday(moment *now, void *zone);")

local requests, at, once, begun = {}, 0, false, nil
local threads = {}

-- a name, as clients have one: Undertow reads an IPv4 address in its place by a regular expression, which costs it 9 %
wrk.headers["Host"] = "cache.example.com"

local function micros()
  local now = ffi.new("moment")
  ffi.C.gettimeofday(now, nil)
  return tonumber(now.s) * 1e6 + tonumber(now.us)
end

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
  once = args[2] == "once"
end

function request()
  begun = begun or micros()
  if once and at == #requests then
    took = took or micros() - begun
    wrk.thread:stop()
  end
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  local took = summary.duration
  for _, thread in ipairs(threads) do
    took = math.min(took, thread:get("took") or took)
  end
  print(string.format('{"answers": %d, "micros": %d, "status": %d, "broken": %d, "p50": %d, "p99": %d}',
    summary.requests, took, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
