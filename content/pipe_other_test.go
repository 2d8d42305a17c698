//go:build !unix

package content

import "errors"

func pipe(string) error { return errors.ErrUnsupported }
