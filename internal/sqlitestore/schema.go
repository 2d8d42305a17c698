package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// applicationID marks the file as jindu's ("jndu") for file(1) and for us.
const applicationID = 0x6a6e6475

// migrations bring the tables from one user_version to the next; entry i leads
// from version i to i+1. Never change one that was released: add another.
//
// Times are unix seconds, those that end in _ms milliseconds.
var migrations = []string{`
CREATE TABLE surveys (
	id          TEXT NOT NULL PRIMARY KEY,
	key         BLOB,                     -- NULL once closed for good
	fingerprint TEXT NOT NULL DEFAULT '', -- of the questionnaire of the first response
	closed_at   INTEGER                   -- closed for good
) STRICT, WITHOUT ROWID;

CREATE TABLE dedup (
	survey TEXT NOT NULL,
	who    BLOB NOT NULL, -- hash of the pseudonym
	first  BLOB NOT NULL, -- submission id and time, masked
	PRIMARY KEY (survey, who)
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
	survey  TEXT NOT NULL,
	seq     INTEGER NOT NULL, -- 1, 2, 3 … in each survey
	version INTEGER NOT NULL, -- of the questionnaire
	tier    TEXT NOT NULL,
	place   TEXT NOT NULL,
	point   TEXT NOT NULL,
	marks   TEXT NOT NULL,    -- JSON array, or empty
	answers TEXT NOT NULL,    -- JSON array of {"q": question, "o": [options], "t": text}
	minute  INTEGER NOT NULL, -- the time, rounded down to the minute
	PRIMARY KEY (survey, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally (
	survey TEXT NOT NULL,
	place  TEXT NOT NULL,
	point  TEXT NOT NULL,
	cell   TEXT NOT NULL,
	n      INTEGER NOT NULL,
	PRIMARY KEY (survey, place, point, cell)
) STRICT, WITHOUT ROWID;

CREATE TABLE claims (
	claim    BLOB NOT NULL PRIMARY KEY,
	owner    BLOB NOT NULL,
	until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_until ON claims (until_ms);

CREATE TABLE attempts (
	who      BLOB NOT NULL PRIMARY KEY,
	version  INTEGER NOT NULL,
	state    BLOB NOT NULL,
	until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_until ON attempts (until_ms);

CREATE TABLE replies (
	message  BLOB NOT NULL PRIMARY KEY,
	reply    BLOB NOT NULL,
	until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX replies_until ON replies (until_ms);

CREATE TABLE accounts (
	name    TEXT NOT NULL PRIMARY KEY,
	role    TEXT NOT NULL,
	place   TEXT NOT NULL,
	hash    TEXT NOT NULL, -- argon2id of the password
	created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE health (
	id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
	checked_at INTEGER NOT NULL
) STRICT;
`, `
ALTER TABLE replies ADD COLUMN who BLOB NOT NULL DEFAULT x''; -- whose message it replies to
`}

// migrate brings the tables up to date, each step in one transaction with its number.
func migrate(ctx context.Context, conn *sql.Conn) error {
	for {
		version, err := tablesVersion(ctx, conn)
		if err != nil {
			return err
		}
		if version == len(migrations) {
			return nil
		}
		step := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
			migrations[version], applicationID, version+1)
		if _, err := conn.ExecContext(ctx, step); err != nil {
			_, rollback := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return errors.Join(fmt.Errorf("migration to version %d: %w", version+1, err), rollback)
		}
	}
}

// checkVersion says whether the tables are those of this program.
func checkVersion(ctx context.Context, conn *sql.Conn) error {
	version, err := tablesVersion(ctx, conn)
	if err == nil && version != len(migrations) {
		err = fmt.Errorf("its tables have version %d, this program's %d: start the server once to bring them up to date",
			version, len(migrations))
	}
	return err
}

// tablesVersion refuses files of other programs and of later versions of this one.
func tablesVersion(ctx context.Context, conn *sql.Conn) (int, error) {
	version, err := scanOne[int](ctx, conn, "PRAGMA user_version")
	if err != nil {
		return 0, err
	}
	id, err := scanOne[int](ctx, conn, "PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	tables, err := scanOne[int](ctx, conn, "SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return 0, err
	}
	if id != applicationID && (id != 0 || version != 0 || tables != 0) {
		return 0, errors.New("this is a database of another program")
	}
	if version > len(migrations) {
		return 0, fmt.Errorf("a later version of jindu wrote it (tables %d, this program knows %d)", version, len(migrations))
	}
	return version, nil
}
