-- Drop the oldest batches, up to a number of them: one room's long log must not keep the others waiting.
--
-- KEYS  log · index          ARGV  those whose last seq is not above this · at most so many
-- gives how many
local lasts = redis.call("ZRANGEBYSCORE", KEYS[2], "-inf", ARGV[1], "LIMIT", 0, ARGV[2])
if #lasts > 0 then
  redis.call("HDEL", KEYS[1], unpack(lasts))
  redis.call("ZREM", KEYS[2], unpack(lasts))
end
return #lasts
