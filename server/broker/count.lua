-- Counts by key, see server/counting.py. KEYS  values, order (when each was counted last)
-- ARGV  what, how many keys are kept, how long one is kept in s, then what belongs to it
-- gives a wait in ms (attempt, spend), or 1 and 0 for yes and no (note, noted)
local values, order = KEYS[1], KEYS[2]
local what, kept, life = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call("TIME")
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000

local function get(key)
  local value = redis.call("HGET", values, key)
  return value and cmsgpack.unpack(value)
end

local function drop(key)
  redis.call("HDEL", values, key)
  redis.call("ZREM", order, key)
end

local function put(key, value)
  redis.call("HSET", values, key, cmsgpack.pack(value))
  redis.call("ZADD", order, now, key)
  for _, old in ipairs(redis.call("ZRANGE", order, "-inf", now - life, "BYSCORE", "LIMIT", 0, 100)) do drop(old) end
  local over = redis.call("ZCARD", order) - kept
  if over > 0 then
    for _, old in ipairs(redis.call("ZRANGE", order, 0, over - 1)) do drop(old) end
  end
  redis.call("PEXPIRE", values, math.ceil(life * 1000))
  redis.call("PEXPIRE", order, math.ceil(life * 1000))
end

-- A value is {how often, when last, when before that}; no clock is believed that runs back.
if what == "attempt" then
  local free, first, longest = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
  local found = {}
  for n = 7, #ARGV do
    local each = get(ARGV[n]) or {0, now, now}
    each[2] = math.min(each[2], now)
    if now - each[2] >= life then each[1] = 0 end
    local beyond = each[1] - free
    if beyond >= 0 then
      local wait = each[2] + math.min(longest, first * 2 ^ math.min(beyond, 20)) - now
      if wait > 0 then return math.ceil(wait * 1000) end
    end
    found[ARGV[n]] = each
  end
  for key, each in pairs(found) do put(key, {each[1] + 1, now, each[2]}) end
  return 0
end

if what == "give_back" then
  for n = 4, #ARGV do
    local each = get(ARGV[n])
    if each and each[1] > 1 then
      redis.call("HSET", values, ARGV[n], cmsgpack.pack({each[1] - 1, each[3], each[3]}))
    elseif each then
      drop(ARGV[n])
    end
  end
  return 0
end

if what == "spend" then
  local key, most = ARGV[4], tonumber(ARGV[5])
  local each = get(key) or {most, now}
  local left = math.min(most, each[1] + math.max(0, now - each[2]) * most / 60)
  if left < 1 then return math.ceil((1 - left) * 60000 / most) end
  put(key, {left - 1, now})
  return 0
end

local till = get(ARGV[4])
local known = till and till[1] > now
if what == "note" then
  put(ARGV[4], {now + life})
  return known and 0 or 1
end
return known and 1 or 0
