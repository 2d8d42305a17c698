-- Freezes a survey of several parts under the fingerprint of its first response.
-- KEYS: state of its first part. ARGV: fingerprint. Gives {fingerprint that holds, closed or ''}.
local s = redis.call('HMGET', KEYS[1], 'fingerprint', 'closed')
if not s[1] and not s[2] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1])
  s[1] = ARGV[1]
end
return {s[1] or '', s[2] or ''}
