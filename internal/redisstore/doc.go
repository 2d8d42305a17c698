// Package redisstore keeps all state in Redis 7 (one server, Sentinel or
// Cluster), for any number of server processes.
//
// A survey is kept in parts: one on a single server, 64 on a Cluster, each with
// all of its keys in one slot. A respondent belongs to one part, so that one
// script on one slot does all of a submission: dedup, log entry and counts. What
// is queued in one process for one part goes out as one call of that script, two
// at a time, without waiting for more.
//
// Every write is idempotent, so that one whose reply was lost is sent again
// until its outcome is known. While a server does not answer, a breaker fails
// every call to it at once and asks in the background whether it is back.
//
// Keys of the survey S, part p (all begin with "jindu:"):
//
//	{S:p}:state     hash: key, fingerprint, closed (unix seconds), parts, marked;
//	                of parts other than the first: of (mark of the key), closed
//	{S:p}:log       stream 0-1, 0-2 …: one field with a packed log entry
//	{S:p}:words     hash: word → number, for the packed log entries
//	{S:p}:d:BUCKET  hash: dedup row → masked submission id and time
//	{S:p}:t         hash: TOWNSHIP NUL CELL → count
//	{S:p}:t:TOWN    hash: PLACE NUL POINT NUL CELL → count
//	{S:p}:late      set: while a backup reads the part, its name and the dedup
//	                rows that came since it began
//
// and of the rest: claim:C, {q:WHO} and {q:WHO}:MESSAGE (quiz), accounts, closing
// (surveys whose closing for good is under way), health, restoring (while an
// archive is being restored, or when that broke off: no server starts).
//
// What Redis tells about people is what the sister engine tells, see
// package sqlitestore: dedup rows are masked (package dedup), the log holds the
// minute and no id. Rows of one bucket lie in the order in which they came.
package redisstore
