package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Kinds of failure, for errors.Is.
var (
	ErrUnreachable = errors.New("WeChat does not answer")          // network, HTTP status, or "busy": may be tried later
	ErrResponse    = errors.New("WeChat's answer is not readable") // no JSON, or without what it must hold
	ErrToken       = errors.New("access token refused")
	ErrSecret      = errors.New("app id or app secret is wrong")
	ErrAddress     = errors.New("this server's address is not on the account's whitelist")
	ErrNoRight     = errors.New("the account has no right to this call")
	ErrBlocked     = errors.New("WeChat has blocked this call for the account")
	ErrQuota       = errors.New("the day's quota of this call is used up")
	ErrTooOften    = errors.New("called too often in this minute")
	ErrCode        = errors.New("authorization code is used, expired or wrong") // authorize anew
	ErrSnapshot    = errors.New("not the person but a virtual user of a page snapshot")
	ErrNoMenu      = errors.New("there is no menu")
	ErrMedia       = errors.New("media id is wrong or has ended")         // upload anew
	ErrCannotWrite = errors.New("this follower cannot be written to now") // not following, or silent for 48 h
)

// kinds of WeChat's codes.
var kinds = map[int]error{
	-1:    ErrUnreachable,
	40001: ErrToken, 40014: ErrToken, 42001: ErrToken,
	40013: ErrSecret, 40125: ErrSecret, 40243: ErrSecret, 41002: ErrSecret, 41004: ErrSecret,
	40164: ErrAddress, 89503: ErrAddress, 89506: ErrAddress, 89507: ErrAddress,
	48001: ErrNoRight, 50001: ErrNoRight,
	48004: ErrBlocked, 50002: ErrBlocked,
	45009: ErrQuota, 45011: ErrTooOften,
	40029: ErrCode, 40163: ErrCode, 41008: ErrCode, 42003: ErrCode,
	46003: ErrNoMenu,
	40007: ErrMedia,
	40003: ErrCannotWrite, 43004: ErrCannotWrite, 45015: ErrCannotWrite, 45047: ErrCannotWrite,
}

// The calls without an access token.
const (
	tokenAPI    = "stable_token"
	exchangeAPI = "sns/oauth2/access_token"
)

// Error is a refusal with WeChat's code. It Is one of the kinds.
type Error struct {
	API  string // such as "menu/create"
	Code int    // errcode
	Text string // errmsg, without secrets
}

func (e *Error) Error() string {
	if kind := e.kind(); kind != nil {
		return fmt.Sprintf("wechat: %s: %v (%d %s)", e.API, kind, e.Code, e.Text)
	}
	return fmt.Sprintf("wechat: %s: %d %s", e.API, e.Code, e.Text)
}

// Is says whether the error is of a kind.
func (e *Error) Is(target error) bool { return target == e.kind() }

func (e *Error) kind() error {
	kind := kinds[e.Code]
	// Of calls that carry the secret and no token, 40001 is about the secret.
	if kind == ErrToken && (e.API == tokenAPI || e.API == exchangeAPI) {
		return ErrSecret
	}
	return kind
}

var address = regexp.MustCompile(`invalid ip (\S+)`)

// Address is the IP address that WeChat saw, of an ErrAddress; else "".
func (e *Error) Address() string {
	if match := address.FindStringSubmatch(e.Text); match != nil {
		return strings.Trim(match[1], ",")
	}
	return ""
}

const (
	blank   = "[secret]"
	maxText = 240 // bytes of another's words that an error repeats
)

// openIDs is the shape of the ids of followers.
var openIDs = regexp.MustCompile(`\bo[0-9A-Za-z_-]{27}\b`)

// redact makes a text of another fit for a log: without the secrets, as they are
// or as a URL or JSON writes them, without open ids, and on one line.
func redact(text string, secrets ...string) string {
	for _, s := range secrets {
		if s == "" {
			continue
		}
		quoted, err := json.Marshal(s)
		if err != nil {
			return blank // a string has no reason to fail
		}
		text = strings.NewReplacer(s, blank, url.QueryEscape(s), blank, url.PathEscape(s), blank, string(quoted[1:len(quoted)-1]), blank).Replace(text)
	}
	text = openIDs.ReplaceAllString(text, blank)
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if len(text) > maxText {
		text = text[:maxText]
	}
	return strings.ToValidUTF8(text, "")
}
