-- Stores a batch of responses to one survey that belong to one of its parts.
--
-- KEYS: state, log, words, roll-up, late (while a backup reads this part: the
--   dedup rows that came since it began); then the dedup buckets and township tallies
--   that the responses point to by their position here.
-- ARGV: number of words, number of responses, fingerprint of the survey as its
--   first part has it ('' when this is the first part); mark of the survey's key,
--   which all parts but the first, which has the key, bear since the survey opened;
--   'home' when this is the first part, else 'other';
--   per word: the word, the number the caller believes it has;
--   per response: position of its bucket, position of its township, dedup row,
--     what the row holds, fingerprint, log entry, prefix of its fields in the
--     roll-up, prefix of its fields in the township, number of cells;
--     per cell: name, amount.
--
-- When a belief is wrong, gives {'words', number, …} for all words, new ones
-- numbered now, and has done nothing else. Of a survey that was closed for good it
-- gives {'closed'}; of a part whose mark is another or gone, {'lost'}: Redis was
-- emptied or replaced, and who has answered could answer again. Otherwise gives for each response 'ok', 'frozen', or what the
-- row of its respondent's first response holds.
-- Everything is read before the first write: Redis does not roll back. Counts are
-- exact up to 2^53.

local at = 5
local function take()
  at = at + 1
  return ARGV[at]
end

-- Lua's stack bounds how many arguments one call can have.
local LIMIT = 1000

local words, responses = tonumber(ARGV[1]), tonumber(ARGV[2])
local state = redis.call('HMGET', KEYS[1], 'closed', 'fingerprint', 'key', 'of')
if state[1] then return {'closed'} end
local of = state[4]
if ARGV[5] == 'home' then of = state[3] and redis.sha1hex(state[3]) end
if of ~= ARGV[4] then return {'lost'} end

local names, wrong, number = {}, false, {'words'}
local believed = {}
for i = 1, words do
  names[i], believed[i] = take(), take()
end
for from = 1, words, LIMIT do
  local known = redis.call('HMGET', KEYS[3], unpack(names, from, math.min(from + LIMIT - 1, words)))
  for i = 1, #known do
    number[from + i] = known[i]
    wrong = wrong or known[i] ~= believed[from + i - 1]
  end
end
if wrong then
  local last = redis.call('HLEN', KEYS[3])
  for i = 1, words do
    if not number[i + 1] then
      last = last + 1
      number[i + 1] = tostring(last)
      redis.call('HSET', KEYS[3], names[i], last)
    end
  end
  return number
end

local fingerprint = state[2]
if not fingerprint and ARGV[3] ~= '' then fingerprint = ARGV[3] end

local outcome, entries, rows, first = {}, {}, {}, {}
-- What each place is to get: names of fields are only joined when all is summed up.
local places = {}

for i = 1, responses do
  local bucket, township = tonumber(take()), tonumber(take())
  local who, holds, frozen, entry, wide, narrow = take(), take(), take(), take(), take(), take()
  local cells = tonumber(take())
  local known = first[who] or redis.call('HGET', KEYS[bucket], who)
  if known or (fingerprint and fingerprint ~= frozen) then
    outcome[i] = known or 'frozen'
    at = at + 2 * cells
  else
    outcome[i] = 'ok'
    fingerprint = frozen
    first[who] = holds
    entries[#entries + 1] = entry
    rows[#rows + 1] = {KEYS[bucket], who, holds}
    local place = places[narrow]
    if not place then
      place = {township = township, wide = wide, amounts = {}}
      places[narrow] = place
    end
    local amounts = place.amounts
    for _ = 1, cells do
      local cell = take()
      amounts[cell] = (amounts[cell] or 0) + take()
    end
  end
end
if #entries == 0 then return outcome end

local sums = {[4] = {}}
local rollUp = sums[4]
for narrow, place in pairs(places) do
  local sum = sums[place.township] or {}
  sums[place.township] = sum
  for cell, amount in pairs(place.amounts) do
    local field = place.wide .. cell
    rollUp[field] = (rollUp[field] or 0) + amount
    sum[narrow .. cell] = amount
  end
end

local counts = {}
for key, sum in pairs(sums) do
  local fields = {}
  for field in pairs(sum) do fields[#fields + 1] = field end
  for from = 1, #fields, LIMIT do
    local to = math.min(from + LIMIT - 1, #fields)
    local old, set = redis.call('HMGET', KEYS[key], unpack(fields, from, to)), {}
    for i = 1, #old do
      local field = fields[from + i - 1]
      set[2 * i - 1] = field
      set[2 * i] = (old[i] or 0) + sum[field]
    end
    counts[#counts + 1] = {KEYS[key], set}
  end
end

local late = redis.call('EXISTS', KEYS[5]) == 1

for _, entry in ipairs(entries) do redis.call('XADD', KEYS[2], '0-*', 'e', entry) end
for _, row in ipairs(rows) do
  redis.call('HSET', row[1], row[2], row[3])
  if late then redis.call('SADD', KEYS[5], row[2]) end
end
for _, count in ipairs(counts) do redis.call('HSET', count[1], unpack(count[2])) end
if state[2] ~= fingerprint then redis.call('HSET', KEYS[1], 'fingerprint', fingerprint) end
return outcome
