// Package backup writes all state of a store to one archive and brings it back,
// from either engine into either engine.
//
// An archive is lines of JSON, compressed with gzip, so that any tool can look
// into it. Its first line tells what it is:
//
//	{"jindu":"backup","format":1,"made":"2026-11-23T02:00:00+08:00"}
//
// Then comes one record a line, see Record: of each survey first the survey
// itself, then its respondents, log entries and counts; then what belongs to no
// survey. The last line counts the records of each kind and has the SHA-256 of
// all bytes before it:
//
//	{"end":{"records":{"survey":2,"entry":1200,…},"sha256":"…"}}
//
// Nothing of an archive is taken in before all of it was read and found whole.
// That finds damage, not forgery: who can write an archive can write any.
//
// The archive holds the surveys' keys. Without the server's secret it does not
// tell who answered; with it, it does for a person whose id is known. So it must
// be kept as the secret is, but not beside it.
package backup
