-- Batches in their order, up to a number of bytes, at least one if there is one.
--
-- KEYS  log · index          ARGV  "up" or "down" · from this seq on, exclusively · bytes
-- gives last seq, batch, last seq, batch …
local found, weight, start = {}, 0, 0
while weight < tonumber(ARGV[3]) do
  local lasts
  if ARGV[1] == "up" then
    lasts = redis.call("ZRANGEBYSCORE", KEYS[2], "(" .. ARGV[2], "+inf", "LIMIT", start, 100)
  else
    lasts = redis.call("ZREVRANGEBYSCORE", KEYS[2], "(" .. ARGV[2], "-inf", "LIMIT", start, 100)
  end
  for _, last in ipairs(lasts) do
    local batch = redis.call("HGET", KEYS[1], last)
    found[#found + 1] = last
    found[#found + 1] = batch
    weight = weight + #batch
    if weight >= tonumber(ARGV[3]) then
      break
    end
  end
  if #lasts < 100 then
    break
  end
  start = start + 100
end
return found
