package sim

import "unicode/utf8"

// field of a message's XML.
type field struct{ name, value string }

// sent is one thing that a person did: what WeChat tells the server, and what
// the window shows.
type sent struct {
	fields    []field
	shown     bubble
	following int // 1 when it makes a follower, -1 when it ends that
}

// action gives what a button of the page stands for; ok is false when there is
// nothing to send.
func action(do, text, id string) (s sent, ok bool) {
	if runes := []rune(text); len(runes) > maxTyped || !utf8.ValidString(text) {
		return s, false
	}
	message := func(kind, shown string, more ...field) (sent, bool) {
		return sent{fields: append([]field{{"MsgType", kind}}, more...), shown: bubble{Mine: true, Parts: []part{{Text: shown}}}}, true
	}
	event := func(name, key, shown string, following int) (sent, bool) {
		fields := []field{{"MsgType", "event"}, {"Event", name}, {"EventKey", key}}
		return sent{fields: fields, shown: bubble{Note: true, Parts: []part{{Text: shown}}}, following: following}, true
	}
	switch do {
	case "text", "tap":
		if text == "" {
			return s, false
		}
		if do == "tap" {
			return message("text", text, field{"Content", text}, field{"bizmsgmenuid", id})
		}
		return message("text", text, field{"Content", text})
	case "follow":
		return event("subscribe", "", "您关注了公众号", 1)
	case "unfollow":
		return event("unsubscribe", "", "您取消了关注", -1)
	case "follow-scene":
		return event("subscribe", "qrscene_"+text, "您扫码关注了公众号，场景值 "+text, 1)
	case "scan":
		return event("SCAN", text, "您扫了场景码 "+text, 0)
	case "click":
		return event("CLICK", text, "您点了菜单“"+text+"”", 0)
	case "location":
		return message("location", "[位置]", field{"Location_X", sampleLat}, field{"Location_Y", sampleLong}, field{"Scale", "15"}, field{"Label", "示例位置"})
	case "voice":
		return message("voice", "[语音] 5″", field{"MediaId", "sample"}, field{"Format", "amr"})
	case "image":
		return message("image", "[图片]", field{"PicUrl", "http://example.invalid/sample.jpg"}, field{"MediaId", "sample"})
	}
	return s, false
}
