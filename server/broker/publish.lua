-- One step: compare, replace what is erased, append, announce.
--
-- KEYS  head (hash: epoch seq term due at) · log (hash: last seq of a batch -> batch) · index (zset of last seqs)
--       · keyed (hash: seq -> at) · channel
-- ARGV  epoch · base · last · term · due ("" for never) · at · mark (what the stored batch begins with) · batch
--       · announcement · number of rewrites, then (last, sha1 of what is there, new) each
--       · number of keys, then (seq, at) each
-- gives {"ok"} · {"stood"} · {"stale", epoch, seq} · {"lost", epoch, seq} · {"lost"} · {"changed"}
local head = redis.call("HMGET", KEYS[1], "epoch", "seq", "term")
if not head[1] then
  return { "lost" }
end
local seq, base = tonumber(head[2]), tonumber(ARGV[2])
if head[1] ~= ARGV[1] or seq < base then
  return { "lost", head[1], head[2] }
end
if seq > base then
  local there = redis.call("HGET", KEYS[2], ARGV[3])
  if there and string.sub(there, 1, #ARGV[7]) == ARGV[7] then
    return { "stood" }
  end
  return { "stale", head[1], head[2] }
end
if tonumber(ARGV[4]) < tonumber(head[3]) then
  return { "stale", head[1], head[2] }
end

local at = replaced(KEYS[2], tonumber(ARGV[10]), 11)
if not at then
  return { "changed" }
end
local keys = tonumber(ARGV[at])
for key = 1, keys do
  redis.call("HSET", KEYS[4], ARGV[at + 2 * key - 1], ARGV[at + 2 * key])
end

redis.call("HSET", KEYS[2], ARGV[3], ARGV[8])
redis.call("ZADD", KEYS[3], ARGV[3], ARGV[3])
redis.call("HSET", KEYS[1], "seq", ARGV[3], "term", ARGV[4], "due", ARGV[5], "at", ARGV[6])
redis.call("SPUBLISH", KEYS[5], ARGV[9])
return { "ok" }
