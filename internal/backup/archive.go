package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// ErrDamaged says that an archive is not whole, or was changed.
var ErrDamaged = errors.New("the archive is damaged or incomplete")

// ErrFormat says that a file is no archive, or one of a later version.
var ErrFormat = errors.New("not an archive that this version reads")

// maxLine bounds the memory for one record. A remark is far shorter.
const maxLine = 16 << 20

// Archive is a file that was read to its end and found whole.
type Archive struct {
	Made    time.Time
	Records int64

	file *os.File
}

// Open opens an archive and reads all of it. ErrFormat and ErrDamaged say what
// is wrong with it.
func Open(ctx context.Context, path string) (*Archive, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	a, err := verify(ctx, file)
	if err != nil {
		file.Close()
		return nil, err
	}
	return a, nil
}

// Close the file.
func (a *Archive) Close() error { return a.file.Close() }

// summary reads the archive once more.
func (a *Archive) summary(ctx context.Context) (sum Summary, err error) {
	_, err = a.read(ctx, func(line []byte) error {
		r, err := readRecord(line)
		if err != nil {
			return err
		}
		return sum.add(r)
	})
	return sum, err
}

func readRecord(line []byte) (r Record, err error) {
	if err := json.Unmarshal(line, &r); err != nil {
		return r, err
	}
	_, err = r.kind()
	return r, err
}

// Restore puts every record into an empty store, counts what is there (ErrShort) and
// commits it, or aborts: nobody answers before. told, if not nil, hears of progress.
func (a *Archive) Restore(ctx context.Context, to Target, told func(done, total int64)) (sum Summary, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, to.Abort(context.WithoutCancel(ctx)))
		}
	}()
	_, err = a.read(ctx, func(line []byte) error {
		r, err := readRecord(line)
		if err != nil {
			return err
		}
		if err := sum.add(r); err != nil {
			return err
		}
		if told != nil && sum.Records%tellEvery == 0 {
			told(sum.Records, a.Records)
		}
		return to.Put(ctx, r)
	})
	for _, s := range sum.Surveys {
		if err == nil {
			err = s.expect(ctx, to)
		}
	}
	if err == nil {
		err = to.Commit(ctx)
	}
	if err != nil {
		return Summary{}, err
	}
	if told != nil {
		told(a.Records, a.Records)
	}
	return sum, nil
}

// verify reads an archive to its end without taking its records apart.
func verify(ctx context.Context, file *os.File) (*Archive, error) {
	a := &Archive{file: file}
	end, err := a.read(ctx, func([]byte) error { a.Records++; return nil })
	if err != nil {
		return nil, err
	}
	said := int64(0)
	for _, n := range end.Records {
		said += n
	}
	if a.Records != said {
		return nil, fmt.Errorf("%w: it has %d records and says %d", ErrDamaged, a.Records, said)
	}
	return a, nil
}

// read calls each for the line of every record, and gives the trailer of a whole
// archive.
func (a *Archive) read(ctx context.Context, each func(line []byte) error) (*trailer, error) {
	if _, err := a.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	zip, err := gzip.NewReader(bufio.NewReaderSize(a.file, 64<<10))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	lines := bufio.NewScanner(zip)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	lines.Split(wholeLines)
	hash := sha256.New()
	for n := 0; lines.Scan(); n++ {
		line := lines.Bytes()
		if bytes.HasPrefix(line, []byte(`{"end":`)) {
			return a.end(line, hash.Sum(nil), lines)
		}
		hash.Write(line)
		if n == 0 {
			if err := a.begin(line); err != nil {
				return nil, err
			}
			continue
		}
		if n%tellEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := each(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return nil, fmt.Errorf("%w: it has no end: %w", ErrDamaged, errors.Join(lines.Err(), io.ErrUnexpectedEOF))
}

func (a *Archive) begin(line []byte) error {
	var h header
	if err := json.Unmarshal(line, &h); err != nil || h.Jindu != magic {
		return fmt.Errorf("%w: it does not begin as one", ErrFormat)
	}
	if h.Format != format {
		return fmt.Errorf("%w: its format is %d, this program knows %d", ErrFormat, h.Format, format)
	}
	a.Made = h.Made
	return nil
}

// end checks the last line, and that nothing follows it.
func (a *Archive) end(line, sum []byte, lines *bufio.Scanner) (*trailer, error) {
	var last lastLine
	if err := json.Unmarshal(line, &last); err != nil || last.End == nil {
		return nil, fmt.Errorf("%w: its last line cannot be read", ErrDamaged)
	}
	if last.End.SHA256 != hex.EncodeToString(sum) {
		return nil, fmt.Errorf("%w: its SHA-256 is another", ErrDamaged)
	}
	if lines.Scan() || lines.Err() != nil {
		return nil, fmt.Errorf("%w: something follows its end: %w", ErrDamaged, errors.Join(lines.Err(), io.ErrUnexpectedEOF))
	}
	return last.End, nil
}

// wholeLines is bufio.ScanLines, but keeps the newline: it is hashed as well.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}
