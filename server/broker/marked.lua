-- What is marked on a shelf, in order of time.
--
-- KEYS  shelf (zset: room -> when, in ms)
-- ARGV  "after", ms ("" to learn the time only): all that were marked after it
--       · "upto", ms: the first of those marked up to it, at most so many
--       · "soon", ms from now, at most so many, ms: the same, and put off by the last for whoever asks next
--       · "settle", room, when it was marked as it was read, the right time ("" for none)
-- gives now, room, when, room, when …
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = {}
if ARGV[1] == "after" then
  if ARGV[2] ~= "" then
    found = redis.call("ZRANGEBYSCORE", KEYS[1], "(" .. ARGV[2], "+inf", "WITHSCORES")
  end
elseif ARGV[1] == "upto" then
  found = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", ARGV[2], "WITHSCORES", "LIMIT", 0, ARGV[3])
elseif ARGV[1] == "soon" then
  found = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", now + ARGV[2], "WITHSCORES", "LIMIT", 0, ARGV[3])
  for at = 1, #found, 2 do
    -- What is told is where it stands from now on: whoever corrects it must have been the last to be told.
    found[at + 1] = tostring(math.max(now, tonumber(found[at + 1])) + ARGV[4])
    redis.call("ZADD", KEYS[1], found[at + 1], found[at])
  end
else
  local there = redis.call("ZSCORE", KEYS[1], ARGV[2])
  if there and tonumber(there) == tonumber(ARGV[3]) then
    if ARGV[4] == "" then
      redis.call("ZREM", KEYS[1], ARGV[2])
    else
      redis.call("ZADD", KEYS[1], ARGV[4], ARGV[2])
    end
  end
end
table.insert(found, 1, tostring(now))
return found
