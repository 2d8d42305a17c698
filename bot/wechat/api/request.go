package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// request is one call. Its token is added by call.
type request struct {
	api         string // path without /cgi-bin/, as errors and logs name it
	query       url.Values
	body        []byte // nil: GET, else POST
	contentType string
	secrets     []string // what no error may show, beside the app secret and the token
}

// post is a request with a JSON body. The characters < > & stay as they are:
// WeChat shows their escapes in menus.
func post(api string, body any) (request, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return request{}, fmt.Errorf("wechat: %s: %w", api, err)
	}
	return request{api: api, body: b.Bytes(), contentType: "application/json; charset=utf-8"}, nil
}

func (r request) path() string {
	if strings.HasPrefix(r.api, "sns/") {
		return "/" + r.api
	}
	return "/cgi-bin/" + r.api
}

// with the access token.
func (r request) with(token string) request {
	q := url.Values{"access_token": {token}}
	for key, values := range r.query {
		q[key] = values
	}
	r.query = q
	r.secrets = append([]string{token}, r.secrets...)
	return r
}
