-- Gives the state of a survey, and makes its key when it is first asked for.
-- KEYS: state of its first part. ARGV: a new key, the number of parts of a new
-- survey, 'make' or 'look' (to make nothing).
-- One that has parts and neither key nor closed is being restored. One of several
-- parts opens when all of them bear its mark: then 'marked' is there.
-- Gives {key or '', fingerprint or '', closed or '', parts or '', marked or ''}.
local s = redis.call('HMGET', KEYS[1], 'key', 'fingerprint', 'closed', 'parts', 'marked')
if ARGV[3] == 'make' and not s[1] and not s[3] and not s[4] then
  redis.call('HSET', KEYS[1], 'key', ARGV[1], 'parts', ARGV[2])
  s[1], s[4] = ARGV[1], ARGV[2]
end
return {s[1] or '', s[2] or '', s[3] or '', s[4] or '', s[5] or ''}
