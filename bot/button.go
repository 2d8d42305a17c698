package bot

import (
	"jindu/bot/search"
	"jindu/content"
)

// buttonText is what the key of a menu button stands for, as if it were typed.
func buttonText(key string) string {
	if text, ok := keys[fold(key)]; ok {
		return text
	}
	return key
}

// Unanswered gives those keys of menu buttons that the bot has no answer to.
func Unanswered(lib *content.Library, keys []string) (unknown []string) {
	e := newEdition(lib, nil)
	for _, key := range keys {
		text := buttonText(key)
		if _, ok := e.titled(text); ok || e.commandOf(text) != nil {
			continue
		}
		if _, ok := e.index.Exact(text); !ok && e.index.Find(text).Outcome == search.Unknown {
			unknown = append(unknown, key)
		}
	}
	return unknown
}
