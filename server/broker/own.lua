-- Take a room, keep it, or let it go. Who takes it raises the term, so that the one before can append nothing more.
--
-- KEYS  owner · head
-- ARGV  "take", this incarnation, the dead one that may be followed ("" for none) · "keep", this incarnation
--       · "release", this incarnation
-- gives {owner, term} as they are now, {} if there is no owner, {"taken", term} if it was just taken
local owner = redis.call("GET", KEYS[1])
if ARGV[1] == "release" then
  if owner == ARGV[2] then
    redis.call("DEL", KEYS[1])
    return {}
  end
elseif ARGV[1] == "keep" then
  if not owner then
    redis.call("SET", KEYS[1], ARGV[2])
    owner = ARGV[2]
  end
elseif not owner or owner == ARGV[3] then
  if redis.call("EXISTS", KEYS[2]) == 0 then
    return {}
  end
  redis.call("SET", KEYS[1], ARGV[2])
  return { "taken", tostring(redis.call("HINCRBY", KEYS[2], "term", 1)) }
end
return owner and { owner, redis.call("HGET", KEYS[2], "term") or "0" } or {}
