package api

import (
	"context"
	"fmt"

	"github.com/silenceper/wechat/v2/officialaccount/message"
)

const customAPI = "message/custom/send"

// maxMessage is the longest text of a message, in bytes of UTF-8.
const maxMessage = 2048

// SendText writes a customer message of at most 2,048 bytes to a follower, as
// WeChat allows for 48 hours after they wrote. ErrCannotWrite: not to them, not now.
func (c *Client) SendText(ctx context.Context, openID, text string) error {
	if text == "" || len(text) > maxMessage {
		return fmt.Errorf("wechat: %s: a message has 1 to %d bytes", customAPI, maxMessage)
	}
	r, err := post(customAPI, message.NewCustomerTextMessage(openID, text))
	if err != nil {
		return err
	}
	r.secrets = []string{openID, text}
	return c.call(ctx, r, nil)
}

// SendImage writes a picture, by its media id, to a follower, as SendText does.
func (c *Client) SendImage(ctx context.Context, openID, mediaID string) error {
	r, err := post(customAPI, message.NewCustomerImgMessage(openID, mediaID))
	if err != nil {
		return err
	}
	r.secrets = []string{openID}
	return c.call(ctx, r, nil)
}
