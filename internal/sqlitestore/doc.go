// Package sqlitestore keeps all state in one SQLite file.
//
// One goroutine writes. It takes what is queued, at most 256 items, into one
// transaction, and answers their callers only after its COMMIT, which waits for
// the disk (WAL, synchronous=FULL). Readers have connections of their own and
// never block it.
//
// What the file tells about people: a row of dedup is a hash of a pseudonym,
// and its submission id and time are masked with the rest of that hash, so that
// only who can derive the pseudonym (the server's secret, the survey's key and
// the person's id together) finds or reads it. The log holds the minute and
// no id. So neither ids nor times nor the order of rows join an answer to a
// person. What remains until a survey is closed for good: an expert who has the
// secret as well may learn something from the physical place of rows within a
// page and of pages within the -wal file.
package sqlitestore
