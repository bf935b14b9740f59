-- Replace stored batches if they are all still as they were read; before the scripts that do so.
--
-- log · number of rewrites · where in ARGV they begin: (last, sha1 of what is there, new) each; what is gone is left out
-- gives where in ARGV they end, nil if one has changed: then none is replaced
local function replaced(log, count, at)
  local rewrites = {}
  for _ = 1, count do
    local there = redis.call("HGET", log, ARGV[at])
    if there then
      if redis.sha1hex(there) ~= ARGV[at + 1] then
        return nil
      end
      rewrites[#rewrites + 1] = at
    end
    at = at + 3
  end
  for _, found in ipairs(rewrites) do
    redis.call("HSET", log, ARGV[found], ARGV[found + 2])
  end
  return at
end
