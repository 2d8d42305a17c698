package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"

	"github.com/silenceper/wechat/v2/officialaccount/oauth"
)

// states are what WeChat takes as a state.
var states = regexp.MustCompile(`^[0-9A-Za-z]{1,128}$`)

var errState = errors.New("wechat: a state is of 1 to 128 letters and digits")

// AuthorizeURL is where WeChat's browser is sent to learn who the person is,
// without asking them (scope snsapi_base). It comes back to redirect with a code
// and the state, of 1 to 128 letters and digits.
func (c *Client) AuthorizeURL(redirect, state string) (string, error) {
	if !states.MatchString(state) {
		return "", errState
	}
	// WeChat matches the order of the parameters.
	return c.open + "/connect/oauth2/authorize?appid=" + url.QueryEscape(c.appID) + "&redirect_uri=" + url.QueryEscape(redirect) +
		"&response_type=code&scope=snsapi_base&state=" + state + "#wechat_redirect", nil
}

// maxID is the longest open id, in bytes, that is believed.
const maxID = 64

// Exchange gives the open id of who came back with this code. A code works once
// and for 5 minutes, so a failed exchange is not to be repeated: ErrCode and
// ErrUnreachable want a new authorization, with ErrQuota or ErrTooOften WeChat is
// left alone for a while. ErrSnapshot: the page is a snapshot
// and the id belongs to nobody.
func (c *Client) Exchange(ctx context.Context, code string) (openID string, err error) {
	if code == "" || len(code) > 512 {
		return "", fmt.Errorf("wechat: %s: %w", exchangeAPI, ErrCode)
	}
	if err := c.refusals.known(exchangeAPI, c.now()); err != nil {
		return "", err
	}
	q := url.Values{"appid": {c.appID}, "secret": {c.secret}, "code": {code}, "grant_type": {"authorization_code"}}
	var res oauth.ResAccessToken
	err = c.send(ctx, request{api: exchangeAPI, query: q, secrets: []string{code}}, &res)
	c.refusals.note(exchangeAPI, err, c.now())
	if err != nil {
		return "", err
	}
	if res.IsSnapShotUser == 1 {
		return "", fmt.Errorf("wechat: %s: %w", exchangeAPI, ErrSnapshot)
	}
	if res.OpenID == "" || len(res.OpenID) > maxID {
		return "", fmt.Errorf("wechat: %s: %w: no open id in it", exchangeAPI, ErrResponse)
	}
	return res.OpenID, nil
}
