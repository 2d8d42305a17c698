package search

import (
	"slices"
	"strings"
	"unicode"
)

// surnames are common ones, Hainan's included, that seldom begin another word.
const surnames = "王李张刘陈杨黄赵吴周徐孙朱胡郭林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余杜魏苏吕丁沈姚卢傅钟姜崔谭廖范汪陆符邢冼莫詹"

// notNames begin with a surname and are none.
var notNames = runesOf("黄皮", "黄色", "黄金", "林则", "朱砂", "苏打", "余额", "王者", "张开", "陈皮", "许多", "田里", "田地", "周末", "周围", "周岁", "莫名", "钟头", "唐人", "范围")

// notGiven are characters that are in no given name.
const notGiven = "的了给在把被和跟是不没有吗怎么我你他她们这那人吸毒贩卖抽"

// shapes are what a report is made of, by the names of their features: somebody, an
// address, a number by which somebody is found, a place.
func (s *safety) shapes(runes []rune, found hits) []string {
	var all []string
	add := func(is bool, name string) {
		if is {
			all = append(all, name)
		}
	}
	add(s.person(runes, found), "person")
	add(address(runes), "address")
	add(number(runes), "number")
	add(s.place(runes), "place")
	return all
}

// address: a number before 号, 栋, 单元, 房 or 室.
func address(runes []rune) bool {
	for i := range runes {
		if _, end := numeral(runes, i); end > i && end < len(runes) && strings.ContainsRune("号栋幢室座", runes[end]) {
			return !(runes[end] == '号' && end+1 < len(runes) && strings.ContainsRune("令胶", runes[end+1]))
		}
		if n, end := numeral(runes, i); n > 100 && end-i >= 3 && i > 0 && strings.ContainsRune("下上楼元", runes[i-1]) {
			return true // 楼下502
		}
		if runes[i] == '单' && i+1 < len(runes) && runes[i+1] == '元' {
			return true
		}
	}
	return false
}

// number: a telephone or identity number, a car's plate, or a chat account.
func number(runes []rune) bool {
	digits, word := 0, 0
	for i, r := range runes {
		if unicode.IsDigit(r) {
			digits++
		} else {
			digits = 0
		}
		if latin(r) {
			word++
		} else {
			word = 0
		}
		if digits >= 7 {
			return true
		}
		if word >= 6 && i >= word && strings.ContainsRune("琼粤桂湘京号信q", runes[i-word]) {
			return true
		}
	}
	return false
}

func (s *safety) place(runes []rune) bool {
	for i := range runes {
		found := false
		s.places.at(runes, i, func(int, []int32) { found = true })
		if found {
			return true
		}
	}
	return false
}

// person: a surname with a given name, 老王, 阿强, or 叫 with a name.
func (s *safety) person(runes []rune, found hits) bool {
	for i, r := range runes {
		rest := runes[i+1:]
		if len(rest) == 0 {
			return false
		}
		if found.within(s.drug, i) || beginsWith(runes[i:], notNames) > 0 {
			continue
		}
		switch {
		case strings.ContainsRune("老小阿", r) && strings.ContainsRune(surnames, rest[0]):
			return true
		case r == '阿' && strings.ContainsRune("强龙明辉伟勇杰军华文海峰健彪豪", rest[0]):
			return true
		case r == '姓' && strings.ContainsRune(surnames, rest[0]):
			return true
		case strings.ContainsRune(surnames, r):
			for n := 1; n <= 2 && n <= len(rest) && !strings.ContainsRune(notGiven, rest[n-1]); n++ {
				if n == len(rest) || beginsWith(rest[n:], afterName) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// afterName is what often follows a name.
var afterName = runesOf("在", "一起", "一块", "家", "吸", "贩", "卖", "抽", "藏", "溜", "种", "他", "她", "天天", "每天", "经常", "又", "是个", "住", "偷", "总", "和", "一直", "开", "的电", "车", "带", "运", "制", "大爷", "大哥", "是", "让", "叫", "跟", "有", "拿", "上个", "昨", "前", "最近", "这", "每", "刚", "某")

func runesOf(words ...string) [][]rune {
	all := make([][]rune, len(words))
	for i, word := range words {
		all[i] = []rune(word)
	}
	return all
}

// beginsWith gives the length of the first of the words with which a text begins; 0: none.
func beginsWith(runes []rune, words [][]rune) int {
	for _, word := range words {
		if len(runes) >= len(word) && slices.Equal(runes[:len(word)], word) {
			return len(word)
		}
	}
	return 0
}
