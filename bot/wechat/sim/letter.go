package sim

import (
	"context"

	"jindu/bot"
	"jindu/bot/quiz"
	"jindu/bot/wechat"
)

// Ready says that the account may write outside of a reply.
func (s *Simulator) Ready() bool { return true }

// Send writes to a browser's follower.
func (s *Simulator) Send(_ context.Context, to bot.OpenID, text string) error {
	return s.write(to, bubble{Parts: parts(text)})
}

// SendPicture sends one of the content's pictures.
func (s *Simulator) SendPicture(_ context.Context, to bot.OpenID, _ quiz.MessageKey, picture string) error {
	return s.write(to, bubble{Picture: s.picture(picture), Foot: "图片消息"})
}

func (s *Simulator) write(to bot.OpenID, b bubble) error {
	chat := s.chats.of(string(to))
	if chat == nil {
		return wechat.ErrMayNot
	}
	if _, state := chat.state(); state.Plain {
		return wechat.ErrMayNot
	}
	chat.add(b)
	return nil
}
