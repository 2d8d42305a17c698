-- Freezes a survey of several parts under the fingerprint of its first response.
-- KEYS: state of its first part. ARGV: fingerprint, mark of the survey's key.
-- Gives {fingerprint that holds, closed or ''}, or {'', 'lost'} when the key is
-- not there or another.
local s = redis.call('HMGET', KEYS[1], 'fingerprint', 'closed', 'key')
if not s[2] then
  if not s[3] or redis.sha1hex(s[3]) ~= ARGV[2] then return {'', 'lost'} end
  if not s[1] then
    redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1])
    s[1] = ARGV[1]
  end
end
return {s[1] or '', s[2] or ''}
