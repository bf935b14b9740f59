-- A sign of life, and who else gave one lately. Time is Redis's own, so that no node's clock matters.
--
-- KEYS  nodes (zset: incarnation -> when it was heard of last, in ms)
-- ARGV  this incarnation ("" to look only) · who is removed ("" for nobody) · ms after which nobody is named any more
-- gives now, incarnation, when, incarnation, when …
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] ~= "" then
  redis.call("ZREM", KEYS[1], ARGV[2])
end
if ARGV[1] ~= "" then
  redis.call("ZADD", KEYS[1], now, ARGV[1])
end
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", now - tonumber(ARGV[3]))
local found = redis.call("ZRANGE", KEYS[1], 0, -1, "WITHSCORES")
table.insert(found, 1, tostring(now))
return found
