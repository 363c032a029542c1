-- wrk -s paths.lua URL -- FILE: asks for the paths in FILE, one a line, in turn, and tells what came as one line of JSON.

local requests, at = {}, 0

-- a name, as clients have one: Undertow reads an IPv4 address in its place by a regular expression, which costs it 9 %
wrk.headers["Host"] = "cache.example.com"

function init(args)
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format('{"answers": %d, "micros": %d, "status": %d, "broken": %d, "p50": %d, "p99": %d}',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
