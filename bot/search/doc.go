// Package search finds the content entry that answers a question written in
// everyday Chinese, and says when it cannot tell; messages about a life in
// danger, requests for help with a crime, and tips are recognised before that.
//
// Nothing here knows a single entry: names, everyday questions and articles come
// from the content folder. What is built in is the language: data/words.txt (words
// that mean the same), data/safety.txt (words by the part they play in a dangerous or
// forbidden request), data/intent.bin (what such a request sounds like, learned from
// examples: make train), and two character tables (their origin and licence stand at the
// head of the files).
package search
