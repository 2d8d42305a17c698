package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"

	"jindu/internal/atomicfile"
)

const (
	magic  = "backup"
	format = 1
	// tellEvery is how many records lie between two words of progress.
	tellEvery = 500
)

// header is the first line of an archive.
type header struct {
	Jindu  string    `json:"jindu"`
	Format int       `json:"format"`
	Made   time.Time `json:"made"`
}

// trailer is the last.
type trailer struct {
	Records map[string]int64 `json:"records"`
	SHA256  string           `json:"sha256"`
}

type lastLine struct {
	End *trailer `json:"end"`
}

// Create writes all state of a store to an archive at path, which only this user
// may read. It appears there when it is whole, on the disk, and has been read
// back; an older one stands there until then, and stays when it holds what the store
// lost (*Lost, ErrEmptied). told, if not nil, hears of progress.
func Create(ctx context.Context, path string, from Source, made time.Time, told func(done, total int64)) (Summary, error) {
	return write(ctx, path, from, made, told, keepBetter)
}

// Replace is Create, but for what an older archive at path holds.
func Replace(ctx context.Context, path string, from Source, made time.Time, told func(done, total int64)) (Summary, error) {
	return write(ctx, path, from, made, told, func(context.Context, string, Summary) error { return nil })
}

func write(ctx context.Context, path string, from Source, made time.Time, told func(done, total int64), mayReplace func(ctx context.Context, path string, by Summary) error) (Summary, error) {
	total, err := from.Size(ctx)
	if err != nil {
		return Summary{}, err
	}
	file, err := atomicfile.Create(path)
	if err != nil {
		return Summary{}, err
	}
	defer file.Discard()
	w, err := newWriter(file, made)
	if err != nil {
		return Summary{}, err
	}
	var sum Summary
	err = from.Dump(ctx, func(r Record) error {
		if err := sum.add(r); err != nil {
			return err
		}
		if told != nil && sum.Records%tellEvery == 0 {
			told(sum.Records, max(total, sum.Records))
		}
		return w.put(r)
	})
	if err != nil {
		return Summary{}, err
	}
	if err := w.finish(); err != nil {
		return Summary{}, err
	}
	if _, err := verify(ctx, file.File); err != nil {
		return Summary{}, fmt.Errorf("what was written cannot be read back: %w", err)
	}
	if told != nil {
		told(sum.Records, sum.Records)
	}
	if len(sum.Surveys) == 0 && fileExists(path) {
		return Summary{}, ErrEmptied
	}
	if err := mayReplace(ctx, path, sum); err != nil {
		return Summary{}, err
	}
	return sum, file.Commit()
}

// ErrEmptied: a store without surveys must not take the place of a backup; it is
// far more likely the wrong address, or a store that lost its data.
var ErrEmptied = errors.New("the store holds no survey")

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// writer of an archive.
type writer struct {
	zip     *gzip.Writer
	plain   *bufio.Writer // hashes and compresses
	hash    hash.Hash
	records map[string]int64
}

func newWriter(file io.Writer, made time.Time) (*writer, error) {
	zip, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := &writer{zip: zip, hash: sha256.New(), records: map[string]int64{}}
	w.plain = bufio.NewWriterSize(io.MultiWriter(w.hash, zip), 64<<10)
	return w, w.line(header{magic, format, made})
}

func (w *writer) put(r Record) error {
	kind, err := r.kind()
	if err != nil {
		return err
	}
	w.records[kind]++
	return w.line(r)
}

func (w *writer) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(text) >= maxLine {
		return fmt.Errorf("a record of %d bytes is too long", len(text))
	}
	_, err = w.plain.Write(append(text, '\n'))
	return err
}

func (w *writer) finish() error {
	if err := w.plain.Flush(); err != nil {
		return err
	}
	end := trailer{w.records, hex.EncodeToString(w.hash.Sum(nil))}
	return errors.Join(w.line(lastLine{&end}), w.plain.Flush(), w.zip.Close())
}
