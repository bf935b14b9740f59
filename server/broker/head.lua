-- Make, renew or claim a room's head.
--
-- KEYS  head          ARGV  "create", epoch · "renew", epoch, seq, due ("" for never), at · "claim"
-- gives {epoch, seq} · {"stale", epoch, seq} · {term} · {} if there is no such log to claim
local head = redis.call("HMGET", KEYS[1], "epoch", "seq")
if ARGV[1] == "claim" then
  if not head[1] then
    return {}
  end
  return { redis.call("HINCRBY", KEYS[1], "term", 1) }
end
if ARGV[1] == "create" then
  if head[1] then
    return { head[1], head[2] }
  end
  redis.call("HSET", KEYS[1], "epoch", ARGV[2], "seq", "0", "term", "0", "due", "", "at", "0")
  return { ARGV[2], "0" }
end
if head[1] and tonumber(head[2]) > tonumber(ARGV[3]) then
  return { "stale", head[1], head[2] }
end
redis.call("HSET", KEYS[1], "epoch", ARGV[2], "seq", ARGV[3])
redis.call("HSETNX", KEYS[1], "term", "0")
redis.call("HSETNX", KEYS[1], "due", ARGV[4])
redis.call("HSETNX", KEYS[1], "at", ARGV[5])
return { ARGV[2], ARGV[3] }
