-- A room is about to be written, wants to be woken, or holds keys: note it on its shelf. Never later than it stands there.
--
-- KEYS  shelf (zset: room -> when, in ms)
-- ARGV  room · "written" · "erased", ms from now · "due", when in the room's time, the room's last record · "keyed", when the first key was made
-- gives now
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] == "written" then
  redis.call("ZADD", KEYS[1], now, ARGV[1])
elseif ARGV[2] == "erased" then
  redis.call("ZADD", KEYS[1], "LT", now + ARGV[3], ARGV[1])
elseif ARGV[2] == "due" then
  -- A room whose last record lies in the future is ahead by as much, and so is its deadline.
  redis.call("ZADD", KEYS[1], "LT", ARGV[3] - math.max(0, ARGV[4] - now), ARGV[1])
else
  redis.call("ZADD", KEYS[1], "LT", ARGV[3], ARGV[1])
end
return tostring(now)
