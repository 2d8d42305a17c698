package search

import "testing"

// TestUnknownThings: a medicine, a food or a word of another language is no substance
// because its name looks like one, and no emergency because nobody wrote so before.
func TestUnknownThings(t *testing.T) {
	ix := New(defaultLibrary(t))
	for _, thing := range []string{
		"依托考昔", "依托泊苷", "美托洛尔", "美托咪定", "利多卡因", "普鲁卡因", "美沙拉秦", "阿莫西林", "普瑞巴林", "二甲双胍",
		"左氧氟沙星", "异丙嗪", "甲硝唑", "丙泊酚", "丁丙诺啡", "茶叶", "鹧鸪茶", "口香糖", "面粉", "白糖", "氧气", "巧克力", "香菇", "大麻哈鱼", "开心果",
	} {
		for _, end := range []string{"", "是毒品吗", "会上瘾吗"} {
			r := answer(ix, thing+end)
			if r.Outcome != Unknown && r.Outcome != Choices {
				t.Errorf("%s: %v %v", thing+end, r.Outcome, r.Topics)
			}
		}
	}
	for _, text := range []string{"안녕하세요", "こんにちは", "ありがとう", "مرحبا", "ขอบคุณครับ", "囍囍囍囍囍囍", "翀祎婳媖婍", "The quick brown fox jumps over the lazy dog", "how are you today", "第1条", "国务院令第597号"} {
		if r, dangerous := ix.Safety(text); dangerous {
			t.Errorf("%s: %v %s", text, r.Outcome, r.Crisis)
		}
	}
}
