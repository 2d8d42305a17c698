-- Counts the fields of hashes. KEYS: the hashes.
local n = 0
for _, key in ipairs(KEYS) do n = n + redis.call('HLEN', key) end
return n
