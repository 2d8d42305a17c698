-- Closes one part of a survey for good: no response is taken any more, and the
-- key, if it is here, is destroyed. KEYS: state. ARGV: unix seconds, number of parts.
redis.call('HDEL', KEYS[1], 'key')
redis.call('HSETNX', KEYS[1], 'closed', ARGV[1])
redis.call('HSETNX', KEYS[1], 'parts', ARGV[2])
return 1
