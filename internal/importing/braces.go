package importing

// giftBraces finds the answers of a question; false when it was reported that there
// are none, or that this is more than one question: two without a line between them
// would be taken for one, and residents would read the marks of the second.
func (b *Bank) giftBraces(chars []char, at place) (open, shut int, ok bool) {
	open, shut = index(chars, '{'), index(chars, '}')
	switch {
	case open < 0 || shut >= 0 && shut < open:
		b.fail(at, "这道题没有写在 { } 里的答案")
		return 0, 0, false
	case shut < 0:
		b.fail(chars[open].at, "这个 { 后面缺少 }")
		return 0, 0, false
	}
	if again := index(chars[open+1:shut], '{'); again >= 0 {
		b.fail(chars[open].at, "这个 { 后面缺少 }：到第 %d 行的 { 还没有结束（文字里的 { 写成 \\{）", chars[open+1+again].at.line)
		return 0, 0, false
	}
	return open, shut, b.giftSingle(chars[:open], chars[shut+1:], at)
}

// giftSingle says whether what stands around the answers holds no other question;
// each that it holds is reported.
func (b *Bank) giftSingle(before, after []char, at place) bool {
	ok := true
	for _, c := range after {
		switch {
		case c.is('{'):
			b.fail(c.at, "第 %d 行的题到 } 已经写完，这里又有一个 {：两道题之间要空一行（文字里的 { 写成 \\{）", at.line)
			ok = false
		case c.is('}') && ok: // not the end of one that was reported
			b.fail(c.at, "多了一个 }（文字里的 } 写成 \\}）")
			ok = false
		}
	}
	for _, part := range [][]char{before, after} {
		if i := repeated(part, ':', 2); i >= 0 && ok {
			b.fail(part[i].at, "标题 ::……:: 要写在一道题的最前面，两道题之间空一行（文字里的 : 写成 \\:）")
			ok = false
		}
	}
	return ok
}
