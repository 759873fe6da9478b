-- GET of one address, or of an address with a random id: ADDRESS [FILE-WITH-IDS [TOKEN]]; "-" stands for none.
dofile((os.getenv("BENCH_WRK") or "bench/wrk") .. "/report.lua")

local address, ids, headers = nil, {}, {}

function init(args)
  address = args[1]
  if args[2] and args[2] ~= "-" then
    for id in io.lines(args[2]) do ids[#ids + 1] = id end
    math.randomseed(os.time())
  end
  if args[3] then headers["Authorization"] = "Bearer " .. args[3] end
end

function request()
  local path = address
  if #ids > 0 then path = path .. ids[math.random(#ids)] end
  return wrk.format("GET", path, headers)
end
