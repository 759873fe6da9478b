-- Registers requests for new clients: ADDRESS SERVICE RUN TOKEN. RUN keeps the documents of one run apart from those
-- of another, so that every client is new.
dofile((os.getenv("BENCH_WRK") or "bench/wrk") .. "/report.lua")

local address, service, run, headers = nil, nil, nil, {}
local thread, threads, sent = 0, 0, 0

function setup(one)
  one:set("thread", threads)
  threads = threads + 1
end

function init(args)
  address, service, run = args[1], args[2], args[3]
  headers["Authorization"] = "Bearer " .. args[4]
  headers["Content-Type"] = "application/json"
end

function request()
  sent = sent + 1
  local body = string.format(
    '{"client": {"document_type": "PASSPORT", "document_number": "%s%d%07d", "given_names": "Lucía %d",'
      .. ' "family_names": "Quispe Ñahui", "birth_date": "1994-05-17", "preferred_locale": "es"}, "service_id": "%s"}',
    run, thread, sent, sent, service)
  return wrk.format("POST", address, headers, body)
end
